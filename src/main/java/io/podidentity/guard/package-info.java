/** What clients may make a listener hold, and what happens to those who exceed it. */
@NullMarked
package io.podidentity.guard;

import org.jspecify.annotations.NullMarked;
