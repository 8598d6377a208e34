package io.podidentity.agent.node;

import static io.podidentity.config.WellKnown.IPV4_ADDRESS;
import static io.podidentity.config.WellKnown.IPV6_ADDRESS;
import static io.podidentity.config.WellKnown.LINK_NAME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KernelEventsTest {

    private static final Prefix OTHER = Prefix.host("10.0.0.9");

    private final PlayedChannel channel = new PlayedChannel();
    private final KernelEvents events =
            new KernelEvents(
                    channel,
                    Duration.ofMinutes(1),
                    LINK_NAME,
                    List.of(Prefix.host(IPV4_ADDRESS), Prefix.host(IPV6_ADDRESS)));

    @Test
    void passesOverWhatHappensToPods() throws NetlinkException {
        channel.tell(Encoder.createLink("veth1", "veth", 0));
        channel.tell(Encoder.addAddress(9, OTHER, 0));
        channel.tell(Encoder.removeRoute(9, OTHER, 0));
        channel.tell(Encoder.createLink(LINK_NAME, "dummy", 0));
        channel.tell(Encoder.createLink("veth2", "veth", 0));

        events.await();

        assertThat(channel.untold()).isEqualTo(1);
    }

    @Test
    void hearsThatOneOfOurAddressesIsGone() throws NetlinkException {
        channel.tell(Encoder.removeAddress(9, Prefix.host(IPV6_ADDRESS), 0));

        events.await();

        assertThat(channel.untold()).isZero();
    }

    @Test
    void hearsThatOneOfOurRoutesIsGone() throws NetlinkException {
        channel.tell(Encoder.removeRoute(9, Prefix.host(IPV4_ADDRESS), 0));

        events.await();

        assertThat(channel.untold()).isZero();
    }

    @Test
    void looksAfterEventsWereLost() throws NetlinkException {
        channel.failure = NetlinkException.refused(Errno.ENOBUFS, "");

        events.await();

        assertThat(channel.failure).isNotNull();
    }

    @Test
    void looksWhenNothingHappensForLong() throws NetlinkException {
        events.await();

        assertThat(channel.untold()).isZero();
    }

    @Test
    void wakesByItsOwnQuestion() throws NetlinkException {
        channel.timesOut = false;
        events.wake();

        events.await();

        assertThat(channel.untold()).isZero();
    }

    @Test
    void passesOnThatItCannotHear() {
        channel.failure = NetlinkException.refused(Errno.EPERM, "");

        assertThatExceptionOfType(NetlinkException.class).isThrownBy(events::await);
    }

    private static final class PlayedChannel implements NetlinkChannel {
        private final Deque<byte[]> datagrams = new ArrayDeque<>();
        private NetlinkException failure;
        private boolean timesOut = true;

        void tell(byte[] datagram) {
            datagrams.add(datagram);
        }

        int untold() {
            return datagrams.size();
        }

        @Override
        public void send(byte[] datagram) throws NetlinkException {
            int sequence = Message.in(datagram).getFirst().sequence();
            tell(new MessageWriter(Rtnetlink.NLMSG_ERROR, 0, sequence).i32(0).toBytes());
        }

        @Override
        public Optional<byte[]> receive() throws NetlinkException {
            if (failure != null) {
                throw failure;
            }
            assertThat(timesOut || !datagrams.isEmpty()).as("something to hear").isTrue();
            return Optional.ofNullable(datagrams.poll());
        }

        @Override
        public void close() {}
    }
}
