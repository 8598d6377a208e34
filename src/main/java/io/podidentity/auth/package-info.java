/** What both sides of the service share: its errors on the wire, and files that change. */
@NullMarked
package io.podidentity.auth;

import org.jspecify.annotations.NullMarked;
