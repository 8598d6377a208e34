/** Whom TLS trusts. */
@NullMarked
package io.podidentity.tls;

import org.jspecify.annotations.NullMarked;
