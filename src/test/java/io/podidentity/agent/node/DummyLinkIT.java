package io.podidentity.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.Shell;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged agent on a kernel that has the true dummy link, with IPv6 and without. */
class DummyLinkIT {

    private static final String DUMMY = "drivers/net/dummy.ko";
    private static final String NEEDED_BY_IPV6 = "lib/crc-ccitt.ko";
    private static final String IPV6 = "net/ipv6/ipv6.ko";

    @TempDir private Path directory;

    @Test
    void carriesBothAddressesOnADummyLink() {
        List<Shell.Result> steps =
                new UserModeLinux(directory)
                        .insert(DUMMY)
                        .insert(NEEDED_BY_IPV6)
                        .insert(IPV6)
                        .agent("initialize")
                        .step("ip -d address show dev pod-id-link0; ip route; ip -6 route")
                        .agent("initialize")
                        .agent("initialize --undo")
                        .step("ip -d address; ip route; ip -6 route")
                        .boot();

        assertThat(steps.get(3).exit()).as(steps.get(3).output()).isZero();
        assertThat(steps.get(3).output()).contains("created dummy link").doesNotContain("WARN");
        assertThat(steps.get(4).output())
                .contains("dummy", "<BROADCAST,NOARP,UP,LOWER_UP>", "alias pod-identity-agent")
                .contains("inet 169.254.170.23/32", "inet6 fd00:ec2::23/128")
                .contains("169.254.170.23 dev pod-id-link0", "\nfd00:ec2::23 dev pod-id-link0")
                .doesNotContain("tentative");
        assertThat(steps.get(5).output()).contains("nothing had to change");
        assertThat(steps.get(6).exit()).isZero();
        assertThat(steps.get(7).output()).doesNotContain("pod-id-link0", "fd00:ec2::23");
    }

    @Test
    void isReadyWithOneWarningOnAKernelWithoutIpv6() {
        List<Shell.Result> steps =
                new UserModeLinux(directory)
                        .agent("initialize")
                        .insert(DUMMY)
                        .agent("initialize")
                        .step("ip address show dev pod-id-link0")
                        .boot();

        assertThat(steps.get(0).exit()).isEqualTo(1);
        assertThat(steps.get(0).output())
                .contains("no dummy link", "modprobe dummy", "--link-kind");
        assertThat(steps.get(2).exit()).as(steps.get(2).output()).isZero();
        assertThat(steps.get(2).output()).containsOnlyOnce("WARN").contains("IPv4 only");
        assertThat(steps.get(3).output()).contains("169.254.170.23/32").doesNotContain("inet6");
    }

    @Test
    void servesOnIpv4OnAKernelWithoutIpv6() {
        String ask =
                "curl -s -m 5 -o /dev/null -w %{http_code} http://169.254.170.23/v1/credentials";
        List<Shell.Result> steps =
                new UserModeLinux(directory)
                        .insert(DUMMY)
                        .agent("initialize")
                        .step(
                                "{ AWS_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true "
                                        + UserModeLinux.agentCommand()
                                        + " server --cluster-name c >/run/log & }")
                        .step(
                                "for i in $(seq 90); do [ \"$("
                                        + ask
                                        + ")\" = 400 ] && break; sleep 1; done")
                        .step(ask)
                        .step("cat /run/log")
                        .step("kill -0 $!")
                        .boot();

        assertThat(steps.get(4).output()).as(steps.get(5).output()).isEqualTo("400");
        assertThat(steps.get(5).output()).contains("fd00:ec2::23");
        assertThat(steps.get(6).exit()).as("the agent lives").isZero();
    }
}
