package io.podidentity.agent.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.config.AgentConfig;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {

    private final AllowedHosts standard = bound("169.254.170.23,[fd00:ec2::23]");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.170.23",
                "169.254.170.23:80",
                "169.254.170.23:",
                "[fd00:ec2::23]",
                "[fd00:ec2::23]:80",
                "fd00:ec2::23",
                "[FD00:EC2::23]",
                "[fd00:ec2:0:0:0:0:0:23]:80"
            })
    void theWellKnownAddressesAreAllowedInAllTheirSpellings(String host) {
        assertThat(standard.allow(host)).isTrue();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                ":80",
                "localhost",
                "127.0.0.1",
                "169.254.170.2",
                "169.254.170.23.example.com",
                "169.254.170.23@example.com",
                "example.com",
                "example.com:80",
                "169.254.170.23:80:80",
                "[169.254.170.23",
                "[fd00:ec2::23",
                "[fd00:ec2::23].example.com",
                "fd00:ec2::23:80",
                "fd00:ec2::24",
                "[fd00:ec2::23%eth0]",
                "[]",
                "[",
                "2852039191",
                "\u0661\u0666\u0669.254.170.23"
            })
    void allElseIsRefused(String host) {
        assertThat(standard.allow(host)).isFalse();
    }

    @Test
    void theBoundHostsAreAllowedBesideTheWellKnownOnes() {
        AllowedHosts hosts = bound("127.0.0.1,localhost,[::1]");
        assertThat(hosts.allow("127.0.0.1:8080")).isTrue();
        assertThat(hosts.allow("localhost:8080")).isTrue();
        assertThat(hosts.allow("LocalHost")).isTrue();
        assertThat(hosts.allow("[::1]:8080")).isTrue();
        assertThat(hosts.allow("169.254.170.23")).isTrue();
        assertThat(hosts.allow("127.0.0.2")).isFalse();
    }

    @Test
    void boundHostIsKnownHoweverItWasWritten() {
        AllowedHosts hosts = bound("0:0:0:0:0:0:0:1,FD00::A");
        assertThat(hosts.allow("[::1]:80")).isTrue();
        assertThat(hosts.allow("[fd00::a]:80")).isTrue();
    }

    @Test
    void refusalIsTheReferencesTextWithoutThePort() {
        assertThat(bound("127.0.0.1").refusal("evil.example.com:80"))
                .isEqualTo(
                        "Access Denied. Called agent through invalid address, please use either"
                                + " [169.254.170.23 fd00:ec2::23 127.0.0.1] address not"
                                + " evil.example.com");
        assertThat(standard.refusal(null)).endsWith(" address not ");
    }

    @ParameterizedTest
    @CsvSource({
        "fd00:ec2::23, [fd00:ec2::23]",
        "FD00:EC2::23, [FD00:EC2::23]",
        "fd00:ec2::23:80, [fd00:ec2::23]:80",
    })
    void addressWithoutBracketsIsGivenThem(String host, String bracketed) {
        assertThat(standard.bracketed(host, 80)).isEqualTo(bracketed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.170.23",
                "169.254.170.23:80",
                "[fd00:ec2::23]",
                "[fd00:ec2::23]:80",
                "169.254.170.23:80:80",
                "fd00:ec2::23:8080",
                "fd00:ec2::24",
                "::",
                ":80:80",
                ""
            })
    void whatIsBracketedOrNoneOfTheAddressesStaysAsItIs(String host) {
        assertThat(standard.bracketed(host, 80)).isEqualTo(host);
    }

    @Test
    void addressThatEndsLikeThePortIsNotTakenApart() {
        assertThat(bound("fd00::1:80").bracketed("fd00::1:80", 80)).isEqualTo("[fd00::1:80]");
    }

    private static AllowedHosts bound(String hosts) {
        return new AllowedHosts(
                new SmallRyeConfigBuilder()
                        .addDiscoveredConverters()
                        .withSources(
                                new PropertiesConfigSource(
                                        Map.of(
                                                "agent.cluster-name",
                                                "shop",
                                                "agent.ca-bundle",
                                                "unused",
                                                "agent.bind-hosts",
                                                hosts),
                                        "flags",
                                        100))
                        .withMapping(AgentConfig.class)
                        .build()
                        .getConfigMapping(AgentConfig.class));
    }
}
