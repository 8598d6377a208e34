package io.podidentity.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A socket whose connections' event loops begin with them when told. */
class FairAcceptTest {

    private final List<Channel> entered = new ArrayList<>();
    private final List<Channel> passedOn = new ArrayList<>();
    private final EmbeddedChannel socket =
            new EmbeddedChannel(
                    new FairAccept(entered::add),
                    new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext context, Object accepted) {
                            passedOn.add((Channel) accepted);
                        }
                    });

    @Test
    void connectionsEnterAtOnceWhileTheEventLoopsKeepUp() {
        for (int i = 0; i < 100; i++) {
            begin(accept("127.0.0.2"));
        }

        assertThat(entered).hasSize(100).isEqualTo(passedOn);
    }

    @Test
    void clientThatConnectsFastLetsOthersGoFirst() {
        for (int i = 0; i < 200; i++) {
            accept("127.0.0.2");
        }
        Client other = accept("127.0.0.3");
        Client third = accept("127.0.0.4");
        assertThat(entered).hasSize(FairAccept.AT_ONCE);

        for (int i = 0; i < 3; i++) {
            begin(entered.get(i));
        }

        assertThat(entered).hasSize(FairAccept.AT_ONCE + 3).contains(other, third);
    }

    /** Pods whose network hides them behind their node share its address. */
    @Test
    void newestOfOneAddressGoesFirst() {
        for (int i = 0; i < 200; i++) {
            accept("127.0.0.2");
        }
        Client newest = accept("127.0.0.2");

        begin(entered.getFirst());

        assertThat(entered.getLast()).isSameAs(newest);
    }

    @Test
    void allEnterInTheEnd() {
        for (int i = 0; i < 200; i++) {
            accept("127.0.0." + (2 + i % 3));
        }
        for (int i = 0; i < 200; i++) {
            begin(entered.get(i));
        }

        assertThat(entered).hasSize(200).doesNotHaveDuplicates();
    }

    @Test
    void whoHasMostWaitingLosesTheOldest() {
        Client other = accept("127.0.0.3");
        List<Client> storm = new ArrayList<>();
        Client patient = null;
        for (int i = 0; i < FairAccept.MAX_WAITING + 100; i++) {
            storm.add(accept("127.0.0.2"));
            patient = i == 500 ? accept("127.0.0.4") : patient;
        }

        assertThat(storm.get(FairAccept.AT_ONCE).isOpen()).isFalse();
        assertThat(storm.getLast().isOpen()).isTrue();
        assertThat(storm.stream().filter(Channel::isOpen))
                .hasSize(FairAccept.MAX_WAITING + FairAccept.AT_ONCE - 2);
        assertThat(List.of(other, patient)).allMatch(Channel::isOpen);
    }

    @Test
    void connectionThatNoEventLoopTakesHoldsNothingUp() {
        for (int i = 0; i < 2 * FairAccept.AT_ONCE; i++) {
            Client refused = new Client("127.0.0.2");
            var _ = refused.close();
            socket.writeInbound(refused);
        }

        assertThat(entered).isEmpty();
        accept("127.0.0.2");
        assertThat(entered).hasSize(1);
    }

    @Test
    void failureCostsNoTurnForGood() {
        EmbeddedChannel failing =
                new EmbeddedChannel(
                        new FairAccept(
                                client -> {
                                    passedOn.add(client);
                                    throw new IllegalStateException("a bug");
                                }));
        for (int i = 0; i < 2 * FairAccept.AT_ONCE; i++) {
            Client client = new Client("127.0.0.2");
            assertThatIllegalStateException().isThrownBy(() -> failing.writeInbound(client));
            client.runPendingTasks();
            failing.runPendingTasks();
        }

        assertThat(passedOn).hasSize(2 * FairAccept.AT_ONCE);
    }

    @Test
    void whatWaitsIsClosedWithTheSocket() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            clients.add(accept("127.0.0.2"));
        }

        var _ = socket.close();

        assertThat(clients.subList(FairAccept.AT_ONCE, 100)).noneMatch(Channel::isOpen);
    }

    /** Its event loops may be gone by then. */
    @Test
    void nothingIsPassedOnAfterTheSocketWasClosed() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < FairAccept.AT_ONCE + 10; i++) {
            clients.add(accept("127.0.0.2"));
        }
        socket.closeFuture()
                .addListener(
                        closed ->
                                clients.subList(0, FairAccept.AT_ONCE)
                                        .forEach(Client::runPendingTasks));

        var _ = socket.close();

        assertThat(passedOn).hasSize(FairAccept.AT_ONCE);
        assertThat(clients.subList(FairAccept.AT_ONCE, clients.size())).noneMatch(Channel::isOpen);
    }

    private Client accept(String from) {
        Client client = new Client(from);
        socket.writeInbound(client);
        return client;
    }

    /** Its event loop has come to it. */
    private void begin(Channel client) {
        ((EmbeddedChannel) client).runPendingTasks();
        socket.runPendingTasks();
    }

    private static final class Client extends EmbeddedChannel {
        private final String address;

        Client(String address) {
            this.address = address;
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress(address, 1);
        }
    }
}
