package io.podidentity.agent.node;

import static io.podidentity.agent.node.Rtnetlink.*;
import static io.podidentity.config.WellKnown.IPV4_ADDRESS;
import static io.podidentity.config.WellKnown.IPV6_ADDRESS;
import static io.podidentity.config.WellKnown.LINK_NAME;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Our codec against what real commands said to a kernel, and what it answered. */
class CapturedMessagesTest {

    private static final Prefix IPV4 = Prefix.host(IPV4_ADDRESS);
    private static final Prefix IPV6 = Prefix.host(IPV6_ADDRESS);

    @Test
    void readsLinksWithKindStateAndAlias() throws NetlinkException {
        List<Link> links = new ArrayList<>();
        for (Message message : Captured.of("link-list").answers(RTM_NEWLINK)) {
            links.add(Decoder.link(message.payload()));
        }

        assertThat(links)
                .containsExactly(
                        new Link(1, "lo", "", false, ""),
                        new Link(2, LINK_NAME, "bridge", true, "pod-identity-agent"),
                        new Link(3, "other", "veth", false, ""),
                        new Link(4, "eth0", "veth", true, ""));
    }

    @Test
    void readsAddressesOfBothFamilies() throws NetlinkException {
        List<LinkAddress> addresses = new ArrayList<>();
        for (Message message : Captured.of("address-list").answers(RTM_NEWADDR)) {
            Decoder.address(message.payload()).ifPresent(addresses::add);
        }

        assertThat(addresses)
                .contains(
                        new LinkAddress(2, IPV4, false, 0),
                        new LinkAddress(2, IPV6, false, 0),
                        new LinkAddress(
                                4, new Prefix(Prefix.host("10.0.0.5").address(), 24), false, 0));
    }

    @Test
    void readsTheRoutesOfTheMainTable() throws NetlinkException {
        List<Route> routes = new ArrayList<>();
        for (String command : List.of("route-list", "route-list-ipv6")) {
            for (Message message : Captured.of(command).answers(RTM_NEWROUTE)) {
                Decoder.route(message.payload()).ifPresent(routes::add);
            }
        }

        int boot = 3;
        assertThat(routes)
                .contains(
                        new Route(2, IPV4, true, boot),
                        new Route(2, IPV6, true, boot),
                        new Route(4, prefix("0.0.0.0", 0), true, boot),
                        new Route(4, prefix("10.0.0.0", 24), true, FakeNode.KERNEL),
                        new Route(0, prefix("192.0.2.0", 24), false, boot),
                        new Route(0, prefix("198.51.100.0", 24), true, boot));
        assertThat(routes)
                .as("the local table is left out")
                .doesNotContain(new Route(4, Prefix.host("10.0.0.5"), false, FakeNode.KERNEL));
    }

    @Test
    void readsTheKernelsOwnExplanation() throws NetlinkException {
        Message error = Captured.of("link-add-unknown-kind").answers(NLMSG_ERROR).getLast();

        assertThat(Acknowledgement.ofError(error))
                .isEqualTo(new Acknowledgement(Errno.EOPNOTSUPP, "Unknown device type"));
    }

    @Test
    void readsAnErrorWithoutExplanation() throws NetlinkException {
        Message error = Captured.of("link-add").answers(NLMSG_ERROR).getFirst();

        assertThat(Acknowledgement.ofError(error)).isEqualTo(new Acknowledgement(Errno.ENODEV, ""));
    }

    @Test
    void readsThatAllWentWell() throws NetlinkException {
        Message ack = Captured.of("link-add").answers(NLMSG_ERROR).getLast();

        assertThat(Acknowledgement.ofError(ack)).isEqualTo(new Acknowledgement(0, ""));
    }

    @Test
    void asksForALinkAsIpDoes() throws NetlinkException {
        Message theirs = Captured.of("link-add").request(RTM_NEWLINK);
        Message ours = only(Encoder.createLink(LINK_NAME, "bridge", theirs.sequence()));

        assertThat(ours.flags()).isEqualTo(theirs.flags());
        assertThat(Decoder.link(ours.payload())).isEqualTo(Decoder.link(theirs.payload()));
    }

    @Test
    void raisesALinkAsIpDoes() throws NetlinkException {
        Message theirs = Captured.of("link-up").request(RTM_NEWLINK);
        Message ours = only(Encoder.raiseLink(2, theirs.sequence()));

        assertThat(ours.payload().toBytes()).isEqualTo(theirs.payload().toBytes());
    }

    @Test
    void deletesALinkAsIpDoes() throws NetlinkException {
        Message theirs = Captured.of("link-delete").request(RTM_DELLINK);
        Message ours = only(Encoder.deleteLink(2, theirs.sequence()));

        assertThat(ours.payload().toBytes()).isEqualTo(theirs.payload().toBytes());
    }

    @Test
    void addsAddressesAsIpDoesButMarked() throws NetlinkException {
        Message theirs4 = Captured.of("address-add").request(RTM_NEWADDR);
        Message theirs6 = Captured.of("address-add-ipv6").request(RTM_NEWADDR);
        Message ours4 = only(Encoder.addAddress(2, IPV4, theirs4.sequence()));
        Message ours6 = only(Encoder.addAddress(2, IPV6, theirs6.sequence()));

        assertThat(ours4.flags()).isEqualTo(theirs4.flags());
        assertThat(address(ours4)).isEqualTo(new LinkAddress(2, IPV4, false, Mark.PROTOCOL));
        assertThat(address(theirs4)).isEqualTo(new LinkAddress(2, IPV4, false, 0));
        assertThat(address(ours6)).isEqualTo(new LinkAddress(2, IPV6, false, Mark.PROTOCOL));
        assertThat(address(theirs6)).isEqualTo(new LinkAddress(2, IPV6, false, 0));
    }

    @Test
    void asksForNoDuplicateDetectionAsIpDoes() throws NetlinkException {
        Message ours = only(Encoder.addAddress(2, IPV6, 1));
        Message theirs = Captured.of("address-add-ipv6").request(RTM_NEWADDR);

        int flags = Attributes.in(ours.payload(), 8).i32(IFA_FLAGS, 0);
        int theirFlags = Attributes.in(theirs.payload(), 8).i32(IFA_FLAGS, theirs.payload().u8(2));
        assertThat(flags).isEqualTo(theirFlags).isEqualTo(IFA_F_NODAD);
    }

    @Test
    void removesAddressesAsIpDoes() throws NetlinkException {
        Message theirs = Captured.of("address-delete").request(RTM_DELADDR);

        assertThat(address(only(Encoder.removeAddress(2, IPV4, 1)))).isEqualTo(address(theirs));
    }

    @Test
    void addsRoutesAsIpDoesButMarked() throws NetlinkException {
        Message theirs4 = Captured.of("route-add").request(RTM_NEWROUTE);
        Message theirs6 = Captured.of("route-add-ipv6").request(RTM_NEWROUTE);
        int boot = 3;

        assertThat(route(theirs4)).isEqualTo(new Route(2, IPV4, true, boot));
        assertThat(route(only(Encoder.addRoute(2, IPV4, 1))))
                .isEqualTo(new Route(2, IPV4, true, Mark.PROTOCOL));
        assertThat(route(theirs6)).isEqualTo(new Route(2, IPV6, true, boot));
        assertThat(route(only(Encoder.addRoute(2, IPV6, 1))))
                .isEqualTo(new Route(2, IPV6, true, Mark.PROTOCOL));
    }

    @Test
    void givesRoutesTheScopeThatIpGivesThem() throws NetlinkException {
        int scope = 6;
        Message theirs = Captured.of("route-add").request(RTM_NEWROUTE);

        assertThat(only(Encoder.addRoute(2, IPV4, 1)).payload().u8(scope))
                .isEqualTo(theirs.payload().u8(scope));
    }

    private static LinkAddress address(Message message) throws NetlinkException {
        return Decoder.address(message.payload()).orElseThrow();
    }

    private static Route route(Message message) throws NetlinkException {
        return Decoder.route(message.payload()).orElseThrow();
    }

    private static Message only(byte[] datagram) throws NetlinkException {
        List<Message> messages = Message.in(datagram);
        assertThat(messages).hasSize(1);
        return messages.getFirst();
    }

    private static Prefix prefix(String literal, int length) {
        return new Prefix(Prefix.host(literal).address(), length);
    }
}
