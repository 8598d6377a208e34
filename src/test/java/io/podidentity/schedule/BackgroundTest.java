package io.podidentity.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackgroundTest {

    private static final int TASKS = 20;
    private static final int THREADS = 3;

    @Test
    void tasksOnPlatformThreadsAreAllRunAndNotMoreThanSoManyAtOnce() throws Exception {
        Executor pool = Background.platform("worker", THREADS);
        CountDownLatch full = new CountDownLatch(THREADS);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(TASKS);
        Queue<Thread> threads = new ConcurrentLinkedQueue<>();
        IntStream.range(0, TASKS)
                .forEach(
                        task ->
                                pool.execute(
                                        () -> {
                                            threads.add(Thread.currentThread());
                                            full.countDown();
                                            await(go);
                                            done.countDown();
                                        }));

        await(full);
        assertThat(threads).hasSize(THREADS);
        go.countDown();
        await(done);

        assertThat(threads)
                .hasSize(TASKS)
                .noneMatch(Thread::isVirtual)
                .allMatch(Thread::isDaemon)
                .allMatch(thread -> thread.getName().equals("worker"));
        assertThat(threads.stream().distinct()).hasSize(THREADS);
    }

    @Test
    void taskThatFailsTakesNoOtherWithIt() {
        Executor pool = Background.platform("worker", 1);
        CountDownLatch done = new CountDownLatch(1);
        pool.execute(
                () -> {
                    throw new IllegalStateException("a bug");
                });
        pool.execute(done::countDown);

        await(done);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
