/** Makes beans of the parts that know no framework. */
@NullMarked
package io.podidentity.agent.wiring;

import org.jspecify.annotations.NullMarked;
