/** Sessions of real roles, from STS. */
@NullMarked
package io.podidentity.auth.sts;

import org.jspecify.annotations.NullMarked;
