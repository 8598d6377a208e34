package io.podidentity.agent.server;

import io.podidentity.agent.cache.CredentialCache;

/** Cache for warm-up requests; holds the dummy credentials of the last one. */
public record WarmUpCache(CredentialCache cache) {}
