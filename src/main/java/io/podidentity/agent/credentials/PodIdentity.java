package io.podidentity.agent.credentials;

import org.jspecify.annotations.Nullable;

/**
 * The pod and service account that a token claims, verified or not.
 *
 * @param podName null where the token is not bound to a pod
 * @param podUid null where the token is not bound to a pod
 */
public record PodIdentity(
        String namespace,
        String serviceAccount,
        @Nullable String podName,
        @Nullable String podUid) {}
