package io.podidentity.agent.wiring;

import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.config.AgentConfig;
import io.podidentity.agent.credentials.CredentialSource;
import io.podidentity.agent.token.TokenReader;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.Executor;

/** The framework-free parts, with what they are made of. */
@ApplicationScoped
class Parts {

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
    CredentialCache cache(CredentialSource source, AgentConfig config, Clock clock) {
        Executor fetches = task -> Thread.ofVirtual().name("fetch").start(task);
        return new CredentialCache(source, fetches, clock, config.maxCacheSize());
    }
}
