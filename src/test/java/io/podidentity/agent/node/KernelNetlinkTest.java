package io.podidentity.agent.node;

import static io.podidentity.agent.node.Rtnetlink.*;
import static io.podidentity.config.WellKnown.LINK_NAME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The dialogue with a kernel that is played by the test. */
class KernelNetlinkTest {

    private static final Change RAISE = new Change.RaiseLink(LINK_NAME);

    private final List<Message> requests = new ArrayList<>();
    private Function<Message, List<byte[]>> kernel = this::friendly;
    private final KernelNetlink netlink = new KernelNetlink(new PlayedChannel());

    @Test
    void addressesALinkByTheIndexThatItsNameHas() throws NetlinkException {
        netlink.perform(RAISE);

        assertThat(requests.getLast().payload().i32(4)).isEqualTo(7);
    }

    @Test
    void marksALinkThatItCreates() throws NetlinkException {
        netlink.perform(new Change.CreateLink(LINK_NAME, "dummy"));

        Link marked = Decoder.link(requests.getLast().payload());
        assertThat(marked.index()).isEqualTo(7);
        assertThat(marked.alias()).isEqualTo(Mark.LINK_ALIAS);
    }

    @Test
    void passesTheKernelsRefusalOn() {
        kernel =
                request ->
                        request.type() == RTM_NEWLINK
                                ? List.of(error(request, Errno.EPERM))
                                : friendly(request);

        assertThatExceptionOfType(NetlinkException.class)
                .isThrownBy(() -> netlink.perform(RAISE))
                .matches(e -> e.is(Errno.EPERM));
    }

    @Test
    void overlooksAnswersToEarlierRequests() throws NetlinkException {
        kernel =
                request -> {
                    List<byte[]> answers = new ArrayList<>();
                    Message earlier =
                            new Message(
                                    request.type(),
                                    request.flags(),
                                    request.sequence() - 1,
                                    request.payload());
                    answers.add(error(earlier, Errno.EPERM));
                    answers.addAll(friendly(request));
                    return answers;
                };

        netlink.perform(RAISE);

        assertThat(requests).isNotEmpty();
    }

    @Test
    void readsAgainWhatChangedWhileItWasRead() throws NetlinkException {
        kernel = request -> requests.size() == 1 ? interrupted(request) : friendly(request);

        assertThat(netlink.observe().links()).hasSize(1);
        assertThat(requests).filteredOn(request -> request.type() == RTM_GETLINK).hasSize(2);
    }

    @Test
    void givesUpOnANetworkThatNeverHoldsStill() {
        kernel = this::interrupted;

        assertThatExceptionOfType(NetlinkException.class)
                .isThrownBy(netlink::observe)
                .withMessageContaining("changes faster");
    }

    @Test
    void failsADumpThatTheKernelRefuses() {
        kernel = request -> List.of(error(request, Errno.EOPNOTSUPP));

        assertThatExceptionOfType(NetlinkException.class)
                .isThrownBy(netlink::observe)
                .matches(e -> e.is(Errno.EOPNOTSUPP));
    }

    @Test
    void doesNotWaitForeverForAnAnswer() {
        kernel = _ -> List.of();

        assertThatExceptionOfType(NetlinkException.class)
                .isThrownBy(netlink::observe)
                .withMessageContaining("did not answer");
    }

    @Test
    void saysWhichLinkIsGone() {
        assertThatExceptionOfType(NetlinkException.class)
                .isThrownBy(() -> netlink.perform(new Change.RaiseLink("gone0")))
                .matches(e -> e.is(Errno.ENODEV))
                .withMessageContaining("gone0");
    }

    /** Has one link and does as it is told. */
    private List<byte[]> friendly(Message request) {
        return switch (request.type()) {
            case RTM_GETLINK -> List.of(link(request, 0), done(request, 0));
            case RTM_GETADDR, RTM_GETROUTE -> List.of(done(request, 0));
            default -> List.of(error(request, 0));
        };
    }

    private List<byte[]> interrupted(Message request) {
        return List.of(link(request, NLM_F_DUMP_INTR), done(request, NLM_F_DUMP_INTR));
    }

    private static byte[] link(Message request, int flags) {
        return new MessageWriter(RTM_NEWLINK, flags, request.sequence())
                .i32(0, 7, 0, 0)
                .attribute(IFLA_IFNAME, LINK_NAME)
                .toBytes();
    }

    private static byte[] done(Message request, int flags) {
        return new MessageWriter(NLMSG_DONE, flags, request.sequence()).i32(0).toBytes();
    }

    private static byte[] error(Message request, int errno) {
        return new MessageWriter(NLMSG_ERROR, 0, request.sequence()).i32(-errno).toBytes();
    }

    private final class PlayedChannel implements NetlinkChannel {
        private final Deque<byte[]> answers = new ArrayDeque<>();

        @Override
        public void send(byte[] datagram) throws NetlinkException {
            Message request = Message.in(datagram).getFirst();
            requests.add(request);
            answers.addAll(kernel.apply(request));
        }

        @Override
        public Optional<byte[]> receive() {
            return Optional.ofNullable(answers.poll());
        }

        @Override
        public void close() {}
    }
}
