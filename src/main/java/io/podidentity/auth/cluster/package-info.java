/**
 * Associations as resources of the cluster that this service runs in. Kubernetes' client is used
 * here alone, and is in the image of {@code auth} alone.
 */
@NullMarked
package io.podidentity.auth.cluster;

import org.jspecify.annotations.NullMarked;
