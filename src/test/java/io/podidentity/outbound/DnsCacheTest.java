package io.podidentity.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DnsCacheTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final InetAddress OLD = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress NEW = InetAddress.ofLiteral("2001:db8::2");

    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger lookups = new AtomicInteger();
    private volatile DnsCache.Resolver system = host -> new InetAddress[] {OLD};
    private final DnsCache dns =
            new DnsCache(
                    host -> {
                        lookups.incrementAndGet();
                        return system.all(host);
                    },
                    clock::get);

    @Test
    void addressIsKeptForSeconds() throws Exception {
        assertThat(addresses()).containsExactly(OLD);
        pass(Duration.ofSeconds(4));

        assertThat(addresses()).containsExactly(OLD);
        assertThat(lookups).hasValue(1);
    }

    @Test
    void addressThatMovedIsFollowed() throws Exception {
        addresses();
        system = host -> new InetAddress[] {NEW, OLD};
        pass(Duration.ofSeconds(6));

        assertThat(settled(2)).containsExactly(NEW, OLD);
    }

    @Test
    void lastGoodAddressServesWhileTheNameCannotBeResolved() throws Exception {
        addresses();
        system =
                host -> {
                    throw new UnknownHostException(host);
                };
        pass(Duration.ofHours(12));

        assertThat(settled(2)).containsExactly(OLD);
        assertThat(settled(3)).containsExactly(OLD);
        system = host -> new InetAddress[] {NEW};
        assertThat(settled(4)).containsExactly(NEW);
    }

    @Test
    void failureIsNotKept() throws Exception {
        system =
                host -> {
                    throw new UnknownHostException(host);
                };
        assertThatThrownBy(this::addresses)
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("eks-auth.test: it cannot be resolved");
        system = host -> new InetAddress[] {OLD};

        assertThat(addresses()).containsExactly(OLD);
    }

    @Test
    void lookupThatHangsHoldsNobodyUpWhoHasAnAddress() throws Exception {
        addresses();
        CountDownLatch answer = new CountDownLatch(1);
        system = host -> awaited(answer, NEW);
        pass(Duration.ofMinutes(1));

        assertThat(addresses()).containsExactly(OLD);
        pass(Duration.ofMinutes(1));
        for (int i = 0; i < 1_000; i++) {
            assertThat(addresses()).containsExactly(OLD);
        }
        assertThat(lookups).hasValue(2);
        answer.countDown();
        await().untilAsserted(() -> assertThat(addresses()).containsExactly(NEW));
    }

    @Test
    void firstLookupThatHangsIsGivenUp() {
        CountDownLatch answer = new CountDownLatch(1);
        system = host -> awaited(answer, NEW);

        assertThatThrownBy(() -> dns.addresses("eks-auth.test", Duration.ofMillis(50)))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("eks-auth.test: it is not resolved in time");
        answer.countDown();
    }

    @Test
    void lookupRunsOnAPlatformThread() throws Exception {
        system =
                host ->
                        Thread.currentThread().isVirtual()
                                ? new InetAddress[0]
                                : new InetAddress[] {OLD};
        var found = new CompletableFuture<List<InetAddress>>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                found.complete(addresses());
                            } catch (UnknownHostException e) {
                                found.completeExceptionally(e);
                            }
                        });

        assertThat(found.get()).containsExactly(OLD);
    }

    @Test
    void addressIsNotLookedUp() throws Exception {
        assertThat(dns.addresses("192.0.2.1", TIMEOUT)).containsExactly(OLD);
        assertThat(dns.addresses("2001:db8::2", TIMEOUT)).containsExactly(NEW);
        assertThat(lookups).hasValue(0);
    }

    /** What the last of so many look-ups found, or left. */
    private List<InetAddress> settled(int looked) throws Exception {
        addresses();
        await().until(() -> lookups.get() >= looked);
        await().until(
                        () ->
                                Thread.getAllStackTraces().keySet().stream()
                                        .noneMatch(
                                                thread -> thread.getName().equals("name-lookup")));
        return addresses();
    }

    private List<InetAddress> addresses() throws UnknownHostException {
        return dns.addresses("eks-auth.test", TIMEOUT);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private static InetAddress[] awaited(CountDownLatch latch, InetAddress address) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new InetAddress[] {address};
    }
}
