/** Whom TLS trusts. */
@NullMarked
package io.podidentity.agent.tls;

import org.jspecify.annotations.NullMarked;
