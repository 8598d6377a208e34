package io.podidentity.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.config.InvalidSettingException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The variables as the documentation of Go's httpproxy, and of curl, tells what they mean. */
class ProxiesTest {

    private static final String EKS = "https://eks-auth.eu-west-1.api.aws";

    @ParameterizedTest
    @CsvSource({
        // What NO_PROXY says, which server is asked, and whether the proxy leads there.
        "'', https://a.corp, proxy",
        "a.corp, https://a.corp, direct",
        "a.corp, https://b.a.corp, direct",
        "a.corp, https://ba.corp, proxy",
        "corp, https://a.corp, direct",
        "corp, https://corp, direct",
        "corp, https://corp.example, proxy",
        ".corp, https://a.corp, direct",
        ".corp, https://b.a.corp, direct",
        ".corp, https://corp, proxy",
        "*.corp, https://a.corp, direct",
        "*.corp, https://corp, proxy",
        "A.CORP, https://a.corp, direct",
        "a.corp, https://A.Corp, direct",
        "'x.test, .corp ,y.test', https://a.corp, direct",
        "'x.test .corp', https://a.corp, direct",
        "',,a.corp,', https://a.corp, direct",
        "*, https://a.corp, direct",
        "*, https://192.0.2.1, direct",
        "'a.test,*', https://a.corp, direct",
        "a.*, https://a.corp, proxy",
        "a.corp:443, https://a.corp, direct",
        "a.corp:443, https://a.corp:8443, proxy",
        "a.corp:80, http://a.corp, direct",
        ".corp:8443, https://a.corp:8443, direct",
        ":443, https://a.corp, proxy",
        "192.0.2.1, https://192.0.2.1, direct",
        "192.0.2.1, https://192.0.2.11, proxy",
        "192.0.2.1:443, https://192.0.2.1, direct",
        "192.0.2.1:443, https://192.0.2.1:6443, proxy",
        "192.0.2.0/24, https://192.0.2.77, direct",
        "192.0.2.0/24, https://192.0.3.1, proxy",
        "192.0.2.128/25, https://192.0.2.127, proxy",
        "0.0.0.0/0, https://192.0.2.1, direct",
        "0.0.0.0/0, https://[2001:db8::1], proxy",
        "192.0.2.0/33, https://192.0.2.1, proxy",
        "192.0.2.0/x, https://192.0.2.1, proxy",
        "10.0.0.0/8, https://a.corp, proxy",
        "2001:db8::1, https://[2001:db8::1], direct",
        "[2001:db8::1], https://[2001:db8::1], direct",
        "[2001:db8::1]:443, https://[2001:db8::1], direct",
        "[2001:db8::1]:443, https://[2001:db8::1]:6443, proxy",
        "2001:db8:0:0::1, https://[2001:db8::1], direct",
        "2001:db8::/32, https://[2001:db8:1::1], direct",
        "2001:db8::/32, https://[2001:db9::1], proxy",
        // The machine itself, whatever NO_PROXY says.
        "'', https://localhost, direct",
        "'', https://LOCALHOST:8443, direct",
        "'', https://127.0.0.1, direct",
        "'', https://127.1.2.3:8080, direct",
        "'', https://[::1], direct",
        "'', https://[::2], proxy",
        "'', https://localhost.test, proxy",
        "'', https://169.254.170.23, proxy",
    })
    void proxyLeadsWhereNoProxyDoesNotForbidIt(String noProxy, URI server, String way) {
        Proxies proxies =
                Proxies.of(
                        Map.of(
                                "HTTPS_PROXY", "http://p.test:3128",
                                "HTTP_PROXY", "http://p.test:3128",
                                "NO_PROXY", noProxy));

        assertThat(proxies.toward(Destination.of(server)).isPresent())
                .isEqualTo(way.equals("proxy"));
    }

    @ParameterizedTest
    @CsvSource({
        "http://p.test:3128, http://p.test:3128",
        "p.test:3128, http://p.test:3128",
        "p.test, http://p.test:80",
        "192.0.2.1:3128, http://192.0.2.1:3128",
        "[2001:db8::1]:3128, http://[2001:db8::1]:3128",
        "http://p.test:3128/, http://p.test:3128",
        "' http://p.test:3128 ', http://p.test:3128",
        "HTTP://P.test:3128, http://p.test:3128",
        "https://p.test, https://p.test:443",
        "http://user:pass@p.test:3128, http://p.test:3128",
        "user:pass@p.test:3128, http://p.test:3128",
        "my_proxy:3128, http://my_proxy:3128",
    })
    void urlOfAProxyIsRead(String value, String proxy) {
        assertThat(toward(EKS, Map.of("HTTPS_PROXY", value))).isEqualTo(proxy);
    }

    @ParameterizedTest
    @CsvSource({
        "http://user:pass@p.test, user:pass",
        "user:pass@p.test, user:pass",
        "http://user@p.test, user:",
        "http://us%3Aer:p%40ss%2Fw%25rd@p.test, us:er:p@ss/w%rd",
        "http://user:p@ss@p.test, user:p@ss",
        "http://user:a:b@p.test, user:a:b",
        "http://user:a+b@p.test, user:a+b",
        "http://user:%C3%A9@p.test, user:é",
    })
    void userAndPasswordAreDecoded(String value, String plain) {
        Proxy proxy =
                Proxies.of(Map.of("HTTPS_PROXY", value))
                        .toward(Destination.of(URI.create(EKS)))
                        .orElseThrow();

        assertThat(proxy.authorization())
                .isEqualTo(
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(plain.getBytes(StandardCharsets.UTF_8)));
        assertThat(proxy.toString()).doesNotContain("user", "pass", proxy.authorization());
    }

    @Test
    void schemeOfTheServerSaysWhichVariableCounts() {
        Map<String, String> both = Map.of("HTTPS_PROXY", "s.test", "HTTP_PROXY", "h.test");

        assertThat(toward(EKS, both)).isEqualTo("http://s.test:80");
        assertThat(toward("http://auth.test", both)).isEqualTo("http://h.test:80");
        assertThat(toward(EKS, Map.of("HTTP_PROXY", "h.test"))).isEqualTo("none");
        assertThat(toward(EKS, Map.of("ALL_PROXY", "a.test"))).isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource({
        "upper.test, lower.test, http://upper.test:80",
        "'', lower.test, http://lower.test:80",
        ", lower.test, http://lower.test:80",
        "upper.test, , http://upper.test:80",
        "'', , none",
    })
    void capitalsWin(String upper, String lower, String proxy) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HTTPS_PROXY", upper);
        environment.put("https_proxy", lower);
        environment.values().removeIf(value -> value == null);

        assertThat(toward(EKS, environment)).isEqualTo(proxy);
    }

    @Test
    void noProxyMayBeSpelledSmall() {
        assertThat(toward(EKS, Map.of("HTTPS_PROXY", "p.test", "no_proxy", ".api.aws")))
                .isEqualTo("none");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "socks5://user:secret@p.test:1080",
                "http://user:secret@",
                "http://user:secret@p.test:99999",
                "http://user:secret@p.test:port",
                "http://user:secret%zz@p.test",
                "http://user:secret/more@p.test",
                "http://user:secret@p test",
            })
    void whatIsNoProxyEndsTheStartWithoutTellingThePassword(String value) {
        assertThatThrownBy(() -> Proxies.of(Map.of("https_proxy", value)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("https_proxy: ")
                .hasMessageContaining("; give one such as http")
                .hasMessageNotContaining("secret");
    }

    private static String toward(String server, Map<String, String> environment) {
        return Proxies.of(environment)
                .toward(Destination.of(URI.create(server)))
                .map(Proxy::toString)
                .orElse("none");
    }
}
