package io.podidentity.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceLinksTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://10.0.0.1:80",
                "udp://10.0.0.1:53",
                "sctp://10.0.0.1:9",
                "tcp://[fd00::1]:80"
            })
    void linkToAServiceIsNoSetting(String link) {
        assertThat(ServiceLinks.without(Map.of("AGENT_PORT", link))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"80", "http", "tcp", "http://10.0.0.1:80", "tcp://10.0.0.1", ""})
    void anythingElseIsLeftToWhoeverReadsIt(String value) {
        assertThat(ServiceLinks.without(Map.of("AGENT_PORT", value)))
                .containsExactly(Map.entry("AGENT_PORT", value));
    }

    @Test
    void configurationFallsBackToWhatItWouldBeWithoutTheLink() {
        SmallRyeConfig config =
                new SmallRyeConfigBuilder()
                        .addDefaultSources()
                        .withCustomizers(
                                new ServiceLinks(
                                        Map.of(
                                                "AGENT_PORT", "tcp://10.0.0.1:80",
                                                "QUARKUS_HTTP_PORT", "tcp://10.0.0.2:80",
                                                "AGENT_PROBE_PORT", "2713")))
                        .withDefaultValue("agent.port", "80")
                        .build();

        assertThat(config.getValue("agent.port", int.class)).isEqualTo(80);
        assertThat(config.getValue("agent.probe-port", int.class)).isEqualTo(2713);
        assertThat(config.getOptionalValue("quarkus.http.port", int.class)).isEmpty();
    }
}
