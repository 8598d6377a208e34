package io.podidentity.agent.node;

import io.podidentity.config.ShutdownTimeouts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Restores the link, its addresses and routes when another program removes them. */
public final class LinkWatch implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(LinkWatch.class);
    private static final Duration POLL_INTERVAL = Duration.ofMinutes(1);

    /** Repeated removal of the link must not keep a core busy. */
    private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);

    private final LinkSetup setup;
    private final NetworkEvents.Opener opener;
    private final Consumer<LinkReport> listener;
    private final Duration minInterval;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicReference<@Nullable NetworkEvents> events = new AtomicReference<>();
    private final Thread thread;
    private String lastTrouble = "";

    LinkWatch(
            LinkSetup setup,
            NetworkEvents.Opener opener,
            Duration minInterval,
            Consumer<LinkReport> listener) {
        this.setup = setup;
        this.opener = opener;
        this.minInterval = minInterval;
        this.listener = listener;
        this.thread = Thread.ofPlatform().name("link-watch").daemon().unstarted(this::watch);
    }

    /**
     * Watches until closed.
     *
     * @param listener called on the watching thread when something was restored, or when the
     *     problem that prevents it has changed
     */
    public static LinkWatch start(LinkSetup setup, Consumer<LinkReport> listener) {
        return new LinkWatch(setup, () -> setup.events(POLL_INTERVAL), MIN_INTERVAL, listener)
                .start();
    }

    LinkWatch start() {
        thread.start();
        return this;
    }

    private void watch() {
        while (!isStopped()) {
            try (NetworkEvents current = opener.open()) {
                events.set(current);
                // Subscribe before reading, so that no change is missed.
                while (!isStopped()) {
                    report(setup.apply());
                    pause();
                    if (!isStopped()) {
                        current.await();
                    }
                }
            } catch (NetlinkException | RuntimeException e) {
                report(subscriptionFailed(e));
                pause();
            } finally {
                events.set(null);
            }
        }
    }

    private void report(LinkReport report) {
        String trouble = String.join("; ", report.notices());
        if (report instanceof LinkReport.Failed failed) {
            trouble += failed.problem();
        }
        if (!report.changes().isEmpty() || !trouble.equals(lastTrouble)) {
            lastTrouble = trouble;
            try {
                listener.accept(report);
            } catch (RuntimeException e) {
                LOG.error("A change of the node's link could not be told", e);
            }
        }
    }

    private static LinkReport subscriptionFailed(Exception e) {
        return new LinkReport.Failed(
                List.of(),
                List.of(),
                "cannot hear of changes to the node's network: " + e.getMessage(),
                "it is tried again and again; until then nothing is put back");
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }

    private void pause() {
        try {
            stopped.await(minInterval.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped.countDown();
        }
    }

    /** Leaves the link as it is. */
    @Override
    public void close() {
        stopped.countDown();
        NetworkEvents current = events.get();
        if (current != null) {
            try {
                current.wake();
            } catch (NetlinkException e) {
                // A thread that cannot be woken stops at its next poll, or with the process.
                return;
            }
        }
        join();
    }

    private void join() {
        if (Thread.currentThread().equals(thread)) {
            return;
        }
        try {
            thread.join(ShutdownTimeouts.LINK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
