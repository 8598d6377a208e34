package io.podidentity.bench;

import io.podidentity.agent.cache.Answer;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.token.ServiceAccountToken;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Callers who ask at the same moment and, if they are not served, again a second later. */
final class Load {

    /** As boto3 does. */
    static final int TRIES = 3;

    private final int tries;
    private final Function<ServiceAccountToken, CompletionStage<Answer>> agent;
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger servedAtOnce = new AtomicInteger();
    private final AtomicLong lastServed = new AtomicLong();
    private final AtomicLong lastAnswered = new AtomicLong();

    Load(int tries, Function<ServiceAccountToken, CompletionStage<Answer>> agent) {
        this.tries = tries;
        this.agent = agent;
    }

    /**
     * What came of it.
     *
     * @param servedAtOnce by the first try
     * @param lastServed after the start
     * @param lastAnswered the slowest single answer of all tries
     */
    record Result(int served, int servedAtOnce, Duration lastServed, Duration lastAnswered) {}

    Result run(List<ServiceAccountToken> requests) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(requests.size());
        long start = System.nanoTime();
        for (ServiceAccountToken request : requests) {
            attempt(request, 1, start, done);
        }
        done.await();
        return new Result(
                served.get(),
                servedAtOnce.get(),
                Duration.ofNanos(lastServed.get()),
                Duration.ofNanos(lastAnswered.get()));
    }

    private void attempt(ServiceAccountToken request, int number, long start, CountDownLatch done) {
        long asked = System.nanoTime();
        var _ =
                agent.apply(request)
                        .thenAccept(
                                answer -> {
                                    long now = System.nanoTime();
                                    lastAnswered.accumulateAndGet(now - asked, Math::max);
                                    if (answer.outcome() instanceof Issued) {
                                        served.incrementAndGet();
                                        servedAtOnce.addAndGet(number == 1 ? 1 : 0);
                                        lastServed.accumulateAndGet(now - start, Math::max);
                                        done.countDown();
                                    } else if (number == tries) {
                                        done.countDown();
                                    } else {
                                        later(() -> attempt(request, number + 1, start, done));
                                    }
                                });
    }

    private static void later(Runnable attempt) {
        Executor inASecond = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);
        inASecond.execute(attempt);
    }
}
