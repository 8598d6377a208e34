package io.podidentity.agent.node;

import static io.podidentity.config.WellKnown.IPV4_ADDRESS;
import static io.podidentity.config.WellKnown.IPV6_ADDRESS;
import static io.podidentity.config.WellKnown.LINK_NAME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.podidentity.agent.node.FakeNode.Trait;
import io.podidentity.config.LinkKind;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinkSetupTest {

    private static final Prefix IPV4 = Prefix.host(IPV4_ADDRESS);
    private static final Prefix IPV6 = Prefix.host(IPV6_ADDRESS);

    private final FakeNode node = new FakeNode();
    private final LinkSetup setup = new LinkSetup(() -> node, LinkKind.AUTO);

    @Test
    void makesAllThatABareNodeLacks() {
        assertReady(setup.apply());

        assertThat(node.performed)
                .containsExactly(
                        new Change.CreateLink(LINK_NAME, "dummy"),
                        new Change.RaiseLink(LINK_NAME),
                        new Change.AddAddress(LINK_NAME, IPV4),
                        new Change.AddAddress(LINK_NAME, IPV6),
                        new Change.AddRoute(LINK_NAME, IPV4));
    }

    @Test
    void addsTheIpv6RouteThatTheKernelDidNot() {
        setup.apply();
        node.routes.removeIf(route -> route.destination().isIpv6());

        assertThat(setup.apply().changes()).containsExactly(new Change.AddRoute(LINK_NAME, IPV6));
    }

    @Test
    void changesNothingTheSecondTime() {
        setup.apply();

        assertThat(setup.apply()).isEqualTo(new LinkReport.Ready(List.of(), List.of()));
    }

    @Test
    void usesALinkThatSomebodyElseMadeAsItIs() {
        Link link = node.addLink(LINK_NAME, "bridge", true, "");
        node.addAddress(link, IPV4_ADDRESS, 32, 0);
        node.addAddress(link, IPV6_ADDRESS, 128, 0);
        node.addRoute(link, IPV4_ADDRESS, 3);
        node.addRoute(link, IPV6_ADDRESS, 2);

        assertThat(setup.apply()).isEqualTo(new LinkReport.Ready(List.of(), List.of()));
    }

    @Test
    void bringsUpALinkThatIsDown() {
        node.addLink(LINK_NAME, "dummy", false, "");

        assertThat(setup.apply().changes()).startsWith(new Change.RaiseLink(LINK_NAME));
    }

    @Test
    void addsTheAddressThatIsMissing() {
        setup.apply();
        node.addresses.removeIf(address -> !address.prefix().isIpv6());

        assertThat(setup.apply().changes()).containsExactly(new Change.AddAddress(LINK_NAME, IPV4));
    }

    @Test
    void replacesAnAddressThatHasAnotherPrefix() {
        Link link = node.addLink(LINK_NAME, "dummy", true, "");
        node.addAddress(link, IPV4_ADDRESS, 16, 0);

        assertThat(setup.apply().changes())
                .startsWith(
                        new Change.RemoveAddress(LINK_NAME, new Prefix(IPV4.address(), 16)),
                        new Change.AddAddress(LINK_NAME, IPV4));
    }

    @Test
    void replacesAnAddressThatDuplicateDetectionMadeUseless() {
        Link link = node.addLink(LINK_NAME, "dummy", true, "");
        node.addresses.add(new LinkAddress(link.index(), IPV6, true, 0));

        assertThat(setup.apply().changes())
                .contains(
                        new Change.RemoveAddress(LINK_NAME, IPV6),
                        new Change.AddAddress(LINK_NAME, IPV6));
    }

    @ParameterizedTest
    @EnumSource(names = {"NO_IPV6", "IPV6_SWITCHED_OFF"})
    void isReadyWithOneNoticeOnANodeWithoutIpv6(Trait trait) {
        node.traits.add(trait);

        LinkReport report = setup.apply();

        assertReady(report);
        assertThat(report.notices())
                .singleElement()
                .asString()
                .contains("no IPv6", "served over IPv4 only");
        assertThat(report.changes()).noneMatch(Change::needsIpv6);
    }

    @Test
    void namesTheCapabilityThatIsMissing() {
        node.traits.add(Trait.NO_PRIVILEGE);

        assertFailed(setup.apply())
                .extracting(LinkReport.Failed::remedy)
                .asString()
                .contains("CAP_NET_ADMIN");
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4_ADDRESS, IPV6_ADDRESS})
    void changesNothingWhenTheRouteLeadsThroughAnotherLink(String literal) {
        node.addRoute(node.addLink("eth7", "", true, ""), literal, 3);

        LinkReport report = setup.apply();

        assertFailed(report)
                .extracting(LinkReport.Failed::problem)
                .asString()
                .contains(literal, "eth7");
        assertThat(node.performed).isEmpty();
    }

    @Test
    void changesNothingWhenARouteDropsWhatPodsSend() {
        node.routes.add(new Route(0, IPV4, false, 4));

        assertFailed(setup.apply());
        assertThat(node.performed).isEmpty();
    }

    @Test
    void leavesARouteToAWiderDestinationAlone() {
        Link eth7 = node.addLink("eth7", "", true, "");
        node.routes.add(new Route(eth7.index(), new Prefix(IPV4.address(), 16), true, 3));

        assertReady(setup.apply());
    }

    @Test
    void reportsAnAddressThatAlsoSitsOnAnotherLink() {
        node.addAddress(node.addLink("eth7", "", true, ""), IPV4_ADDRESS, 32, 0);

        LinkReport report = setup.apply();

        assertReady(report);
        assertThat(report.notices()).singleElement().asString().contains(IPV4_ADDRESS, "eth7");
        assertThat(report.changes()).contains(new Change.AddAddress(LINK_NAME, IPV4));
    }

    @Test
    void takesTheNextKindWhereTheKernelHasNoDummy() {
        node.kinds = Set.of("bridge");

        LinkReport report = setup.apply();

        assertReady(report);
        assertThat(report.changes()).startsWith(new Change.CreateLink(LINK_NAME, "bridge"));
        assertThat(report.notices()).anyMatch(line -> line.contains("trying bridge instead"));
        assertThat(report.notices().getFirst()).contains("no dummy link", "Unknown device type");
    }

    @Test
    void doesNotReplaceAKindThatWasAskedFor() {
        node.kinds = Set.of("bridge");

        assertFailed(new LinkSetup(() -> node, LinkKind.DUMMY).apply())
                .satisfies(
                        failed -> {
                            assertThat(failed.problem()).contains("dummy");
                            assertThat(failed.remedy()).contains("modprobe dummy", "--link-kind");
                        });
    }

    @Test
    void acceptsThatSomebodyElseWasFaster() {
        node.meanwhile =
                () -> {
                    node.meanwhile = () -> {};
                    node.addLink(LINK_NAME, "dummy", true, "");
                };

        LinkReport report = setup.apply();

        assertReady(report);
        assertThat(report.changes()).noneMatch(Change.CreateLink.class::isInstance);
    }

    @Test
    void givesUpWhenSomebodyUndoesEveryChange() {
        node.meanwhile = () -> node.observe().link(LINK_NAME).ifPresent(node::delete);

        assertFailed(setup.apply())
                .extracting(LinkReport.Failed::problem)
                .asString()
                .contains("changes faster");
    }

    @Test
    void tellsWhatItWouldDoWithoutDoingIt() {
        LinkReport report = setup.previewApply();

        assertThat(report.changes())
                .startsWith(new Change.CreateLink(LINK_NAME, "dummy"))
                .contains(new Change.AddAddress(LINK_NAME, IPV6));
        assertThat(node.performed).isEmpty();
    }

    @Test
    void tellsOfAConflictWithoutDoingAnything() {
        node.addRoute(node.addLink("eth7", "", true, ""), IPV4_ADDRESS, 3);

        assertFailed(setup.previewApply());
    }

    @Test
    void failsWhereNetlinkCannotBeReached() {
        LinkSetup shutOut =
                new LinkSetup(
                        () -> {
                            throw NetlinkException.refused(Errno.EAFNOSUPPORT, "");
                        },
                        LinkKind.AUTO);

        assertFailed(shutOut.apply())
                .extracting(LinkReport.Failed::problem)
                .asString()
                .contains("EAFNOSUPPORT");
    }

    @Test
    void aPrefixLongerThanItsAddressIsRefused() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new Prefix(IPV4.address(), 33));
    }

    private static void assertReady(LinkReport report) {
        assertThat(report).isInstanceOf(LinkReport.Ready.class);
    }

    private static ObjectAssert<LinkReport.Failed> assertFailed(LinkReport report) {
        return assertThat(report).asInstanceOf(type(LinkReport.Failed.class));
    }
}
