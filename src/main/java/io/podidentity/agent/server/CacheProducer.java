package io.podidentity.agent.server;

import io.podidentity.agent.cache.CacheEvents;
import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.cache.SealedEntries;
import io.podidentity.agent.credentials.CredentialSource;
import io.podidentity.agent.eksauth.EksAuthSource;
import io.podidentity.agent.eksauth.WarmUpSource;
import io.podidentity.agent.state.EntryKeeper;
import io.podidentity.agent.state.StateEvents;
import io.podidentity.config.AgentConfig;
import io.podidentity.schedule.Background;
import io.podidentity.schedule.SystemTimeline;
import io.podidentity.token.TokenVerifier;
import io.quarkus.runtime.ImageMode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.random.RandomGenerator;

/** Produces the cache, which knows no framework, and the warm-up's. */
@ApplicationScoped
class CacheProducer {

    /** The executable is as fast at first as later: more than a cold JVM makes in time. */
    private static final int FIRST_FETCHES_NATIVE = 128;

    @Produces
    @Singleton
    CredentialCache cache(
            EksAuthSource source,
            TokenVerifier verifier,
            AgentConfig config,
            SystemTimeline timeline,
            Clock clock,
            CacheEvents events,
            StateEvents stateEvents) {
        SealedEntries sealed =
                config.stateDir()
                        .<SealedEntries>map(
                                folder ->
                                        new EntryKeeper(
                                                folder,
                                                config.maxCacheSize(),
                                                issuer(config),
                                                Background.platform("sealed-entries", 1),
                                                timeline,
                                                clock,
                                                stateEvents))
                        .orElse(SealedEntries.NONE);
        CredentialCache cache =
                cache(
                        source,
                        verifier,
                        settings(config, config.maxCacheSize()),
                        timeline,
                        sealed,
                        events);
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
        return new WarmUpCache(
                cache(
                        source,
                        none,
                        settings(config, Math.min(1, config.maxCacheSize())),
                        timeline,
                        SealedEntries.NONE,
                        CacheEvents.NONE));
    }

    /** What a corrected setting must not find again: a role of another cluster or service. */
    private static String issuer(AgentConfig config) {
        return config.clusterName()
                + "\n"
                + config.endpoint().map(Object::toString).orElse("")
                + "\n";
    }

    private static CredentialCache cache(
            CredentialSource source,
            TokenVerifier verifier,
            CacheSettings settings,
            SystemTimeline timeline,
            SealedEntries sealed,
            CacheEvents events) {
        return new CredentialCache(
                source,
                verifier,
                settings,
                timeline,
                Background.VIRTUAL,
                RandomGenerator.getDefault(),
                sealed,
                events);
    }

    private static CacheSettings settings(AgentConfig config, int size) {
        CacheSettings settings =
                CacheSettings.of(
                        config.maxCredentialRetentionBeforeRenewal(), size, config.maxServiceQps());
        return ImageMode.current().isNativeImage()
                ? settings.withFirstFetches(FIRST_FETCHES_NATIVE)
                : settings;
    }
}
