/** What is done again and again. */
@NullMarked
package io.podidentity.schedule;

import org.jspecify.annotations.NullMarked;
