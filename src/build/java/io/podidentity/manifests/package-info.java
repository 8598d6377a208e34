/**
 * The manifests in kubernetes/ and the Helm chart: how the build makes them, and what they must be.
 */
package io.podidentity.manifests;
