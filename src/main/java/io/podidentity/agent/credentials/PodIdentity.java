package io.podidentity.agent.credentials;

import org.jspecify.annotations.Nullable;

/**
 * Whom a token speaks for. Claims of a token that nobody has verified yet are claims, not facts.
 *
 * @param podName null where the token is not bound to a pod
 * @param podUid null where the token is not bound to a pod
 */
public record PodIdentity(
        String namespace,
        String serviceAccount,
        @Nullable String podName,
        @Nullable String podUid) {}
