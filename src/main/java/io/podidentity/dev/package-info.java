/** A cluster of one pod for {@code quarkus:dev}: its keys, its kubelet and its EKS Auth. */
@NullMarked
package io.podidentity.dev;

import org.jspecify.annotations.NullMarked;
