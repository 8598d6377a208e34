package io.podidentity.agent.node;

import static io.podidentity.config.WellKnown.IPV4_ADDRESS;
import static io.podidentity.config.WellKnown.IPV6_ADDRESS;
import static io.podidentity.config.WellKnown.LINK_NAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.config.LinkKind;
import org.junit.jupiter.api.Test;

class LinkUndoTest {

    private final FakeNode node = new FakeNode();
    private final LinkSetup setup = new LinkSetup(() -> node, LinkKind.AUTO);

    @Test
    void removesTheLinkThatInitializeMade() {
        setup.apply();

        assertThat(setup.undo().changes()).containsExactly(new Change.DeleteLink(LINK_NAME));
        assertThat(node.observe().link(LINK_NAME)).isEmpty();
    }

    @Test
    void hasNothingToDoOnABareNode() {
        assertThat(setup.undo().changes()).isEmpty();
    }

    @Test
    void keepsALinkThatSomebodyElseMadeWithAllItCarries() {
        Link link = node.addLink(LINK_NAME, "dummy", true, "");
        node.addAddress(link, IPV4_ADDRESS, 32, 0);
        node.addAddress(link, IPV6_ADDRESS, 128, 0);
        node.addRoute(link, IPV4_ADDRESS, 3);
        node.addRoute(link, IPV6_ADDRESS, FakeNode.KERNEL);
        NodeNetwork before = node.observe();

        LinkReport report = setup.undo();

        assertThat(node.observe()).isEqualTo(before);
        assertThat(report.notices()).singleElement().asString().contains("not made by initialize");
    }

    @Test
    void takesItsOwnAddressesAndRoutesOffALinkThatSomebodyElseMade() {
        Link link = node.addLink(LINK_NAME, "dummy", true, "");
        node.addAddress(link, IPV6_ADDRESS, 128, 0);
        node.addRoute(link, IPV6_ADDRESS, FakeNode.KERNEL);
        NodeNetwork before = node.observe();
        setup.apply();

        assertThat(setup.undo().changes())
                .containsExactly(
                        new Change.RemoveRoute(LINK_NAME, Prefix.host(IPV4_ADDRESS)),
                        new Change.RemoveAddress(LINK_NAME, Prefix.host(IPV4_ADDRESS)));
        assertThat(node.observe()).isEqualTo(before);
    }

    @Test
    void keepsItsLinkWhenSomebodyElseUsesItToo() {
        setup.apply();
        Link link = node.observe().link(LINK_NAME).orElseThrow();
        node.addAddress(link, "192.0.2.9", 32, 0);

        LinkReport report = setup.undo();

        assertThat(node.observe().link(LINK_NAME)).isPresent();
        assertThat(node.addresses)
                .singleElement()
                .extracting(LinkAddress::prefix)
                .isEqualTo(Prefix.host("192.0.2.9"));
        assertThat(report.notices()).anyMatch(notice -> notice.contains("192.0.2.9/32"));
    }

    @Test
    void takesTheLinkLocalAddressOfEveryLinkForNobodys() {
        setup.apply();
        node.addAddress(node.observe().link(LINK_NAME).orElseThrow(), "fe80::1", 64, 3);

        setup.undo();

        assertThat(node.observe().link(LINK_NAME)).isEmpty();
    }

    @Test
    void tellsWhatItWouldRemoveWithoutRemovingIt() {
        setup.apply();
        NodeNetwork before = node.observe();

        assertThat(setup.previewUndo().changes()).containsExactly(new Change.DeleteLink(LINK_NAME));
        assertThat(node.observe()).isEqualTo(before);
    }
}
