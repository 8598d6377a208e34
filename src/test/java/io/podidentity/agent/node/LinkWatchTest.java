package io.podidentity.agent.node;

import static io.podidentity.config.WellKnown.LINK_NAME;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.node.FakeNode.Trait;
import io.podidentity.config.LinkKind;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinkWatchTest {

    private final FakeNode node = new FakeNode();
    private final FakeEvents events = new FakeEvents();
    private final BlockingQueue<LinkReport> told = new LinkedBlockingQueue<>();
    private LinkWatch watch =
            new LinkWatch(
                    new LinkSetup(() -> node, LinkKind.AUTO),
                    () -> events,
                    Duration.ZERO,
                    told::add);

    @AfterEach
    void stop() {
        watch.close();
    }

    @Test
    void tellsHowMuchItPutBack() throws InterruptedException {
        watch.start();
        assertThat(next().changes()).hasSize(5);
        events.awaitListener();
        node.delete(node.observe().link(LINK_NAME).orElseThrow());

        events.happen();

        assertThat(next().changes()).hasSize(5);
        assertThat(node.observe().link(LINK_NAME)).isPresent();
    }

    @Test
    void saysNothingWhileAllIsWell() throws InterruptedException {
        watch.start();
        next();

        lookAgain();

        assertThat(told).isEmpty();
    }

    @Test
    void tellsOfLastingTroubleOnce() throws InterruptedException {
        node.traits.add(Trait.NO_PRIVILEGE);
        watch.start();
        assertThat(next()).isInstanceOf(LinkReport.Failed.class);

        lookAgain();

        assertThat(told).isEmpty();
    }

    @Test
    void tellsThatTroubleIsOver() throws InterruptedException {
        node.traits.add(Trait.IPV6_SWITCHED_OFF);
        watch.start();
        assertThat(next().notices()).isNotEmpty();
        events.awaitListener();
        node.traits.clear();

        events.happen();

        LinkReport report = next();
        assertThat(report.notices()).isEmpty();
        assertThat(report.changes()).hasSize(1);
    }

    @Test
    void hearsAgainAfterItsEarsFailed() throws InterruptedException {
        watch.start();
        next();
        events.awaitListener();

        events.fail();

        assertThat(next()).isInstanceOf(LinkReport.Failed.class);
        assertThat(next())
                .isEqualTo(new LinkReport.Ready(java.util.List.of(), java.util.List.of()));
    }

    @Test
    void goesOnAfterABugInWhatItUsesOrTells() throws InterruptedException {
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger tellings = new AtomicInteger();
        watch =
                new LinkWatch(
                        new LinkSetup(() -> node, LinkKind.AUTO),
                        () -> {
                            if (opened.incrementAndGet() == 1) {
                                throw new IllegalStateException("a bug");
                            }
                            return events;
                        },
                        Duration.ZERO,
                        report -> {
                            told.add(report);
                            if (tellings.incrementAndGet() == 1) {
                                throw new IllegalStateException("another");
                            }
                        });
        watch.start();

        assertThat(next()).isInstanceOf(LinkReport.Failed.class);
        assertThat(next().changes()).hasSize(5);
    }

    @Test
    void leavesTheLinkAloneOnceClosed() throws InterruptedException {
        watch.start();
        next();
        watch.close();
        node.delete(node.observe().link(LINK_NAME).orElseThrow());

        events.happen();

        assertThat(node.observe().link(LINK_NAME)).isEmpty();
        assertThat(events.closed).isTrue();
    }

    /** Two rounds: after the second wait began, the first look is over for certain. */
    private void lookAgain() throws InterruptedException {
        events.awaitListener();
        events.happen();
        events.awaitListener();
    }

    private LinkReport next() throws InterruptedException {
        LinkReport report = told.poll(10, SECONDS);
        assertThat(report).as("what the watch tells").isNotNull();
        return report;
    }

    private static final class FakeEvents implements NetworkEvents {
        private final Semaphore waiting = new Semaphore(0);
        private final BlockingQueue<Boolean> happened = new LinkedBlockingQueue<>();
        private volatile boolean closed;

        @Override
        public void await() throws NetlinkException {
            waiting.release();
            try {
                if (!happened.take()) {
                    throw NetlinkException.unanswered("broken");
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void awaitListener() throws InterruptedException {
            assertThat(waiting.tryAcquire(10, SECONDS)).as("the watch waits").isTrue();
        }

        void happen() {
            happened.add(true);
        }

        void fail() {
            happened.add(false);
        }

        @Override
        public void wake() {
            happen();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
