package io.podidentity.agent.server;

import io.podidentity.agent.cache.CredentialCache;

/** Answers the agent's own first request, with credentials that are none. */
public record WarmUpCache(CredentialCache cache) {}
