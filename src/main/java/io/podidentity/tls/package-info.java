/** Which certificate authorities are trusted. */
@NullMarked
package io.podidentity.tls;

import org.jspecify.annotations.NullMarked;
