package io.podidentity.bench;

import io.podidentity.agent.cache.Answer;
import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.cache.CacheEvents;
import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.cache.SealedEntries;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.harness.FakeSource;
import io.podidentity.schedule.SystemTimeline;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** The cache before a source of a given latency, or that source alone. */
final class Agent implements AutoCloseable {

    private final SystemTimeline timeline = new SystemTimeline(Clock.systemUTC());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final FakeSource issuer = new FakeSource(timeline);
    private final AtomicInteger calls = new AtomicInteger();
    private final Duration latency;
    private final boolean answers;
    private final CredentialCache cache;

    /**
     * Wires a cache.
     *
     * @param answers whether the source issues after its latency, or gives up
     */
    Agent(Duration latency, boolean answers, CacheSettings settings) {
        this.latency = latency;
        this.answers = answers;
        this.cache =
                new CredentialCache(
                        this::fetch,
                        token -> new Verdict.Genuine(),
                        settings,
                        timeline,
                        threads,
                        new Random(),
                        SealedEntries.NONE,
                        CacheEvents.NONE);
    }

    /** Through the cache; each pod has its own address. */
    CompletionStage<Answer> ask(ServiceAccountToken token) {
        return cache.get(token, String.valueOf(token.podUid()));
    }

    /** Without it: each request is a call. */
    CompletionStage<Answer> askSource(ServiceAccountToken token) {
        CredentialRequest request = new CredentialRequest(token.raw(), null);
        return CompletableFuture.supplyAsync(
                () -> new Answer(fetch(request), Origin.FETCHED), threads);
    }

    int calls() {
        return calls.get();
    }

    private CredentialOutcome fetch(CredentialRequest request) {
        calls.incrementAndGet();
        long end = System.nanoTime() + latency.toNanos();
        for (long left = latency.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        return answers
                ? issuer.issued(request)
                : new Failed("Unreachable", 504, false, "no answer in time", null);
    }

    @Override
    public void close() {
        while (cache.fetchesRunning() + cache.fetchesWaiting() > 0) {
            LockSupport.parkNanos(latency.toNanos());
        }
        cache.close();
        threads.close();
        timeline.close();
    }
}
