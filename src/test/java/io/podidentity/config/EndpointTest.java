package io.podidentity.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://eks-auth.eu-west-1.api.aws",
                "http://127.0.0.1:4566",
                "http://[::1]:4566",
                "https://vpce-1.example.com/",
                "http://127.0.0.1:4566/some/prefix"
            })
    void readsUrlsOfServices(String text) {
        assertThat(Endpoint.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "eks-auth.example.com",
                "127.0.0.1:4566",
                "//host",
                "https://",
                "https:host",
                "https:///path",
                "ftp://host",
                "file:///etc/passwd",
                "https://host name",
                "https://host_name",
                "http://host:port",
                "http://host:0",
                "http://host:65536",
                "https://host?query=1",
                "https://host#fragment"
            })
    void refusesWhatIsNoUrlOfAService(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.parse(text))
                .withMessage(
                        "'"
                                + text
                                + "' is not the URL of a service; give one such as"
                                + " https://host:port");
    }

    @Test
    void refusesPasswordsInUrlsWithoutRepeatingThem() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.parse("https://user:geheim@host"))
                .withMessage(
                        "the URL holds a user or password; give one without, such as"
                                + " https://host:port");
    }
}
