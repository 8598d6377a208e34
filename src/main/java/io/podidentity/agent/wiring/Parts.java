package io.podidentity.agent.wiring;

import io.podidentity.agent.cache.CacheEvents;
import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.cache.SystemTimeline;
import io.podidentity.agent.config.AgentConfig;
import io.podidentity.agent.credentials.CredentialSource;
import io.podidentity.agent.eksauth.EksAuthSource;
import io.podidentity.agent.eksauth.Rehearsal;
import io.podidentity.agent.http.RehearsalCache;
import io.podidentity.agent.schedule.Repeating;
import io.podidentity.agent.token.TokenReader;
import io.podidentity.agent.token.TokenVerifier;
import io.quarkus.arc.Arc;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/** The framework-free parts, with what they are made of. */
@ApplicationScoped
class Parts {

    private static final Logger LOG = Logger.getLogger(Parts.class);

    static final Executor VIRTUAL =
            task ->
                    Thread.ofVirtual()
                            .name("credentials")
                            .uncaughtExceptionHandler(Parts::leftBehind)
                            .start(task);

    /** For what also reads files or looks names up, which would hold a carrier. */
    static final Executor PLATFORM =
            task ->
                    Thread.ofPlatform()
                            .name("background")
                            .daemon()
                            .uncaughtExceptionHandler(Parts::leftBehind)
                            .start(task);

    /** For what blocks: the timeline's one thread must not. */
    static Repeating.Timer offTheTimer(SystemTimeline timeline) {
        return (delay, task) -> {
            var _ = timeline.after(delay, () -> PLATFORM.execute(task));
        };
    }

    @Produces
    @Singleton
    @DefaultBean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    TokenReader tokenReader(Clock clock) {
        return new TokenReader(clock);
    }

    @Produces
    @Singleton
    SystemTimeline timeline(Clock clock) {
        return new SystemTimeline(clock);
    }

    void close(@Disposes SystemTimeline timeline) {
        timeline.close();
    }

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

    /** A cache of its own, so that nothing of a rehearsal can reach a pod. */
    @Produces
    @Singleton
    RehearsalCache rehearsal(Rehearsal rehearsal, AgentConfig config, SystemTimeline timeline) {
        TokenVerifier none = token -> new TokenVerifier.Verdict.Refused("a rehearsal");
        return new RehearsalCache(
                cache(rehearsal, none, settings(config), timeline, CacheEvents.NONE));
    }

    /** A fetch that nobody waits for may end after the application has. */
    private static void leftBehind(Thread thread, Throwable failure) {
        if (Arc.container() == null) {
            LOG.debug("A call to EKS Auth ended after the agent had", failure);
        } else {
            LOG.error("A call to EKS Auth failed", failure);
        }
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
                VIRTUAL,
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
