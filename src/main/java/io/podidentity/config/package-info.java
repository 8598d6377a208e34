/** The settings of {@code server} and {@code auth}, with their checks. */
@NullMarked
package io.podidentity.config;

import org.jspecify.annotations.NullMarked;
