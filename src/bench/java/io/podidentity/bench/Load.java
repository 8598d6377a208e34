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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Callers who ask at the same moment and, if they are not served, again a second later. */
final class Load {

    /** As boto3 does. */
    static final int TRIES = 3;

    private final int tries;
    private final Function<ServiceAccountToken, CompletionStage<Answer>> agent;
    private final AtomicLong slowest = new AtomicLong();

    Load(int tries, Function<ServiceAccountToken, CompletionStage<Answer>> agent) {
        this.tries = tries;
        this.agent = agent;
    }

    /** How long the slowest single answer of all tries took. */
    Duration run(List<ServiceAccountToken> requests) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(requests.size());
        for (ServiceAccountToken request : requests) {
            attempt(request, 1, done);
        }
        done.await();
        return Duration.ofNanos(slowest.get());
    }

    private void attempt(ServiceAccountToken request, int number, CountDownLatch done) {
        long asked = System.nanoTime();
        var _ =
                agent.apply(request)
                        .thenAccept(
                                answer -> {
                                    slowest.accumulateAndGet(System.nanoTime() - asked, Math::max);
                                    if (answer.outcome() instanceof Issued || number == tries) {
                                        done.countDown();
                                    } else {
                                        later(() -> attempt(request, number + 1, done));
                                    }
                                });
    }

    private static void later(Runnable attempt) {
        Executor inASecond = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);
        inASecond.execute(attempt);
    }
}
