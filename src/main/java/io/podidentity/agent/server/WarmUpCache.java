package io.podidentity.agent.server;

import io.podidentity.agent.cache.CredentialCache;

/** Cache for warm-up requests; holds dummy credentials. */
public record WarmUpCache(CredentialCache cache) {}
