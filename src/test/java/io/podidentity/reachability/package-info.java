/** Whether a native image is told of all that it cannot see by itself. */
package io.podidentity.reachability;
