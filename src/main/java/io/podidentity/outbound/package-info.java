/** The way out of the node: HTTP calls, through proxies, to names with many addresses. */
@NullMarked
package io.podidentity.outbound;

import org.jspecify.annotations.NullMarked;
