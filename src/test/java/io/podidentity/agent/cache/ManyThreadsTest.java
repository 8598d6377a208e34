package io.podidentity.agent.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.harness.FakeSource;
import io.podidentity.harness.Tokens;
import io.podidentity.schedule.SystemTimeline;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The cache on real time and real threads, with good, new and forged tokens mixed. */
class ManyThreadsTest {

    private static final int PODS = 50;
    private static final int REQUESTS = 20_000;
    private static final String FORGED = "forged";
    private static final Duration LATENCY = Duration.ofMillis(1);

    private final SystemTimeline timeline = new SystemTimeline(Clock.systemUTC());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final FakeSource issuer = new FakeSource(timeline);
    private final ConcurrentMap<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final CredentialCache cache =
            new CredentialCache(
                    this::fetch,
                    token ->
                            token.raw().startsWith(FORGED)
                                    ? new Verdict.Refused("forged")
                                    : new Verdict.Genuine(),
                    new CacheSettings(
                            Duration.ofHours(3),
                            2_000,
                            3,
                            Duration.ofSeconds(30),
                            16,
                            16,
                            REQUESTS,
                            REQUESTS,
                            REQUESTS),
                    timeline,
                    threads,
                    new Random(42),
                    SealedEntries.NONE,
                    CacheEvents.NONE);

    @AfterEach
    void stop() {
        threads.close();
        timeline.close();
    }

    @Test
    void eachPodIsFetchedOnceAndNoForgeryIsServed() {
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        AtomicInteger answered = new AtomicInteger();
        List<ServiceAccountToken> tokens =
                IntStream.range(0, REQUESTS).mapToObj(ManyThreadsTest::token).toList();
        for (ServiceAccountToken token : tokens) {
            threads.execute(
                    () ->
                            cache.get(token, "10.0.0.1")
                                    .thenAccept(
                                            answer -> {
                                                if (!fits(token, answer)) {
                                                    wrong.add(token + " got " + answer);
                                                }
                                                answered.incrementAndGet();
                                            }));
        }

        await().atMost(Duration.ofSeconds(60)).until(() -> answered.get() == REQUESTS);
        assertThat(wrong).isEmpty();
        assertThat(calls).hasSize(PODS).allSatisfy((pod, count) -> assertThat(count).hasValue(1));
        await().until(() -> cache.fetchesRunning() + cache.fetchesWaiting() == 0);
        assertThat(cache.entries()).isEqualTo(PODS);
    }

    private CredentialOutcome fetch(CredentialRequest request) {
        LockSupport.parkNanos(LATENCY.toNanos());
        if (request.token().startsWith(FORGED)) {
            return FakeSource.denied();
        }
        calls.computeIfAbsent(request.pod().podUid(), pod -> new AtomicInteger()).incrementAndGet();
        return issuer.issued(request);
    }

    /** Of ten requests, six bring the pod's token, three its next one and one a forged one. */
    private static ServiceAccountToken token(int i) {
        ServiceAccountToken good = Tokens.of("pod" + i % PODS, i / PODS % 10 < 6 ? 0 : 1);
        return i / PODS % 10 < 9
                ? good
                : Tokens.token(
                        FORGED + i % 7 + good.raw(),
                        good.serviceAccount(),
                        good.podName(),
                        good.podUid(),
                        good.expiresAt());
    }

    private static boolean fits(ServiceAccountToken token, Answer answer) {
        return answer.outcome() instanceof Issued issued
                ? !token.raw().startsWith(FORGED)
                        && issued.credentials().sessionToken().contains(token.podUid())
                : token.raw().startsWith(FORGED);
    }
}
