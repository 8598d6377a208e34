/** What is done again and again. */
@NullMarked
package io.podidentity.agent.schedule;

import org.jspecify.annotations.NullMarked;
