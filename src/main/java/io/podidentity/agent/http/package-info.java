/** The sockets and what is answered on them. */
@NullMarked
package io.podidentity.agent.http;

import org.jspecify.annotations.NullMarked;
