package io.podidentity.agent.server;

import io.podidentity.agent.cache.CacheEvents;
import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.credentials.CredentialSource;
import io.podidentity.agent.eksauth.EksAuthSource;
import io.podidentity.agent.eksauth.WarmUpSource;
import io.podidentity.config.AgentConfig;
import io.podidentity.schedule.Background;
import io.podidentity.schedule.SystemTimeline;
import io.podidentity.token.TokenVerifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.random.RandomGenerator;

/** Produces the cache, which knows no framework, and the warm-up's. */
@ApplicationScoped
class CacheProducer {

    @Produces
    @Singleton
    CredentialCache cache(
            EksAuthSource source,
            TokenVerifier verifier,
            AgentConfig config,
            SystemTimeline timeline,
            CacheEvents events) {
        CredentialCache cache = cache(source, verifier, settings(config), timeline, events);
        cache.start();
        return cache;
    }

    void close(@Disposes CredentialCache cache) {
        cache.close();
    }

    /** A separate cache, so that no warm-up credentials can reach a pod. */
    @Produces
    @Singleton
    WarmUpCache warmUp(WarmUpSource source, AgentConfig config, SystemTimeline timeline) {
        TokenVerifier none = token -> new TokenVerifier.Verdict.Refused("warm-up");
        return new WarmUpCache(cache(source, none, settings(config), timeline, CacheEvents.NONE));
    }

    private static CredentialCache cache(
            CredentialSource source,
            TokenVerifier verifier,
            CacheSettings settings,
            SystemTimeline timeline,
            CacheEvents events) {
        return new CredentialCache(
                source,
                verifier,
                settings,
                timeline,
                Background.VIRTUAL,
                RandomGenerator.getDefault(),
                events);
    }

    private static CacheSettings settings(AgentConfig config) {
        return CacheSettings.of(
                config.maxCredentialRetentionBeforeRenewal(),
                config.maxCacheSize(),
                config.maxServiceQps());
    }
}
