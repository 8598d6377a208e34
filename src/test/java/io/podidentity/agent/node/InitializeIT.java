package io.podidentity.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.harness.Namespace;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Shell;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged {@code initialize} on the kernel of this machine, seen through {@code ip}. */
class InitializeIT {

    private static final String LINK = "pod-id-link0";
    private static final String IPV4 = "169.254.170.23";
    private static final String IPV6 = "fd00:ec2::23";

    private final Namespace node = Namespace.create();

    @AfterEach
    void remove() {
        node.close();
    }

    @Test
    void makesLinkAddressesAndRoutes() {
        Shell.Result result = node.agent("initialize");

        assertThat(result.exit()).as(result.output()).isZero();
        JsonNode link = node.list("link show " + LINK).get(0);
        assertThat(link.get("flags").toString()).contains("\"UP\"");
        assertThat(link.get("ifalias").asText()).isEqualTo("pod-identity-agent");
        assertThat(addresses()).contains(IPV4 + "/32", IPV6 + "/128");
        assertThat(node.list("route show table main " + IPV4).get(0).get("dev").asText())
                .isEqualTo(LINK);
        assertThat(node.list("-6 route show table main " + IPV6).get(0).get("dev").asText())
                .isEqualTo(LINK);
        assertThat(node.ip("-6 address show dev " + LINK + " to " + IPV6))
                .contains("nodad")
                .doesNotContain("tentative");
    }

    @Test
    void changesNothingTheSecondTimeAndSaysSo() {
        node.agent("initialize");
        String before = node.everything();

        Shell.Result result = node.agent("initialize");

        assertThat(result.exit()).isZero();
        assertThat(result.output()).contains("nothing had to change").hasLineCount(1);
        assertThat(node.everything()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "link set " + LINK + " down",
                "address del " + IPV4 + "/32 dev " + LINK,
                "address del " + IPV6 + "/128 dev " + LINK,
                "route del " + IPV4 + "/32 dev " + LINK,
                "-6 route del " + IPV6 + "/128 dev " + LINK,
                "link del " + LINK
            })
    void mendsWhatSomebodyTookAway(String damage) {
        node.agent("initialize");
        node.ip(damage);

        Shell.Result result = node.agent("initialize");

        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(addresses()).contains(IPV4 + "/32", IPV6 + "/128");
        assertThat(node.routes()).contains(IPV4 + " dev " + LINK + " proto");
        assertThat(node.ip("-6 route show")).contains(IPV6 + " dev " + LINK);
    }

    @Test
    void replacesAddressesThatHaveOtherPrefixes() {
        node.ip("link add " + LINK + " up type bridge");
        node.ip("address add " + IPV4 + "/16 dev " + LINK);
        node.ip("-6 address add " + IPV6 + "/64 dev " + LINK + " nodad");

        Shell.Result result = node.agent("initialize");

        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(addresses())
                .contains(IPV4 + "/32", IPV6 + "/128")
                .doesNotContain(IPV4 + "/16", IPV6 + "/64");
    }

    @Test
    void isReadyWithOneWarningWhereIpv6IsSwitchedOff() {
        switchOffIpv6();

        Shell.Result result = node.agent("initialize");

        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output().lines().filter(line -> line.contains("served over IPv4 only")))
                .singleElement()
                .asString()
                .contains("\"WARN\"", "IPv6 is disabled");
        assertThat(addresses()).containsExactly(IPV4 + "/32");
    }

    @Test
    void needsNoOtherCapabilityThanNetAdmin() {
        Shell.Result result = agentWithCapabilities("-all,+net_admin");

        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(addresses()).contains(IPV4 + "/32", IPV6 + "/128");
    }

    @Test
    void namesTheCapabilityItLacks() {
        Shell.Result result = agentWithCapabilities("-net_admin");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.output()).contains("EPERM", "CAP_NET_ADMIN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"route add " + IPV4 + "/32", "-6 route add " + IPV6 + "/128"})
    void changesNothingWhenTheRouteLeadsElsewhere(String route) {
        node.ip("link add eth7 up type bridge");
        node.ip(route + " dev eth7");
        String before = node.everything();

        Shell.Result result = node.agent("initialize");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.output()).contains("\"ERROR\"", "eth7");
        assertThat(node.everything()).isEqualTo(before);
    }

    @Test
    void reportsAnAddressOnAnotherLink() {
        node.ip("link add eth7 up type bridge");
        node.ip("address add " + IPV4 + "/32 dev eth7");

        Shell.Result result = node.agent("initialize");

        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output()).contains("\"WARN\"", "also sits on eth7");
    }

    @Test
    void aDryRunChangesNothing() {
        String before = node.everything();

        Shell.Result result = node.agent("initialize", "--dry-run");

        assertThat(result.exit()).isZero();
        assertThat(result.output())
                .contains("would create dummy link", "would add address " + IPV6);
        assertThat(node.everything()).isEqualTo(before);
    }

    @Test
    void undoLeavesTheNodeAsItWas() {
        String before = node.everything();
        node.agent("initialize");

        Shell.Result result = node.agent("initialize", "--undo");

        assertThat(result.exit()).isZero();
        assertThat(result.output()).contains("removed link " + LINK);
        assertThat(node.everything()).isEqualTo(before);
    }

    @Test
    void undoTakesOnlyItsOwnOffALinkThatSomebodyElseMade() {
        node.ip("link add " + LINK + " up type bridge");
        node.ip("address add " + IPV4 + "/32 dev " + LINK);
        node.agent("initialize");
        assertThat(addresses()).contains(IPV6 + "/128");

        Shell.Result result = node.agent("initialize", "--undo");

        assertThat(result.exit()).isZero();
        assertThat(addresses()).contains(IPV4 + "/32").doesNotContain(IPV6 + "/128");
        assertThat(node.routes()).doesNotContain("proto 170", IPV6);
    }

    @Test
    void makesALinkOfTheKindAskedFor() {
        Shell.Result result = node.agent("-v", "trace", "initialize", "--link-kind", "bridge");

        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(node.list("link show " + LINK).get(0).at("/linkinfo/info_kind").asText())
                .isEqualTo("bridge");
        assertThat(addresses()).contains(IPV4 + "/32", IPV6 + "/128");
    }

    @Test
    void takesTheVerbosityThatTheReferencesChartGives() {
        Shell.Result result = node.agent("initialize", "-v", "trace");

        assertThat(result.exit()).as(result.output()).isZero();
    }

    private Shell.Result agentWithCapabilities(String capabilities) {
        Stream<String> drop =
                Stream.of(
                        "setpriv", "--inh-caps=" + capabilities, "--bounding-set=" + capabilities);
        Stream<String> agent =
                Stream.concat(PackagedAgent.program().stream(), Stream.of("initialize"));
        return node.run(Stream.concat(drop, agent).toArray(String[]::new));
    }

    private void switchOffIpv6() {
        for (String scope : new String[] {"all", "default"}) {
            node.run("sysctl", "-qw", "net.ipv6.conf." + scope + ".disable_ipv6=1");
        }
    }

    /** The agent's addresses, without those that a kernel gives to every link. */
    private Stream<String> addresses() {
        JsonNode link = node.list("address show dev " + LINK).get(0);
        return link.get("addr_info")
                .valueStream()
                .filter(address -> !address.get("scope").asText().equals("link"))
                .map(a -> a.get("local").asText() + "/" + a.get("prefixlen").asText());
    }
}
