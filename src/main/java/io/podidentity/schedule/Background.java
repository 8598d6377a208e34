package io.podidentity.schedule;

import io.quarkus.arc.Arc;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Executors for blocking tasks, one thread per task. */
public final class Background {

    private static final Logger LOG = Logger.getLogger(Background.class);

    /** For tasks that wait only on sockets. */
    public static final Executor VIRTUAL = task -> start(Thread.ofVirtual(), task);

    /** For tasks that also read files or resolve names, which pins a carrier. */
    public static final Executor PLATFORM = task -> start(Thread.ofPlatform().daemon(), task);

    private Background() {}

    /**
     * Runs tasks that may block on platform threads, which are there while they are needed. Tasks
     * that find none free wait in a queue without a bound: whoever gives the tasks has one.
     *
     * @param threads the most at once; 1 to run one after another
     */
    public static Executor platform(String name, int threads) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        10,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform()
                                .daemon()
                                .name(name)
                                .uncaughtExceptionHandler(Background::failed)
                                .factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Runs tasks off the timeline's only thread, which must not block. */
    public static Repeating.Scheduler scheduler(Timeline timeline) {
        return (delay, task) -> {
            var _ = timeline.after(delay, () -> PLATFORM.execute(task));
        };
    }

    private static void start(Thread.Builder thread, Runnable task) {
        thread.name("background").uncaughtExceptionHandler(Background::failed).start(task);
    }

    /** A task may end after the application has. */
    private static void failed(Thread thread, Throwable failure) {
        if (Arc.container() == null) {
            LOG.debug("A task ended after the application had", failure);
        } else {
            LOG.error("A task in the background failed", failure);
        }
    }
}
