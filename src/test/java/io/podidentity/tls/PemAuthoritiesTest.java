package io.podidentity.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.harness.TestAuthority;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemAuthoritiesTest {

    private static final String BAD =
            "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n";
    private static final String KEY =
            "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";

    @TempDir static Path made;
    private static String good;
    private static Certificate certificate;

    @TempDir Path folder;
    private final List<String> warnings = new ArrayList<>();
    private final Handler log =
            new Handler() {
                @Override
                public void publish(LogRecord entry) {
                    warnings.add(entry.getMessage());
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    @BeforeAll
    static void make() throws Exception {
        good = Files.readString(TestAuthority.in(made).pem());
        certificate =
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(good.getBytes(UTF_8)));
    }

    @BeforeEach
    void listen() {
        Logger.getLogger(PemAuthorities.class.getName()).addHandler(log);
    }

    @AfterEach
    void listenNoMore() {
        Logger.getLogger(PemAuthorities.class.getName()).removeHandler(log);
    }

    static Stream<Arguments> bundles() {
        return Stream.of(
                Arguments.of("a bad block first", BAD + good, 1),
                Arguments.of("a bad block last", "# one\n" + good + BAD, 0),
                Arguments.of("a key", "\n\n" + KEY + good, 3),
                Arguments.of(
                        "a block without an end", "-----BEGIN CERTIFICATE-----\nbm\n" + good, 1),
                Arguments.of("a label without an end", "-----BEGIN CERT\n" + good, 1),
                Arguments.of(
                        "another kind", "x\n" + BAD.replace("CERTIFICATE", "X509 CRL") + good, 2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bundles")
    void blockThatIsNoCertificateIsPassedOverAndTold(String name, String bundle, int line)
            throws IOException {
        Path file = Files.writeString(folder.resolve("ca.pem"), bundle);

        assertThat(new PemAuthorities(file).certificates()).containsExactly(certificate);
        assertThat(new PemAuthorities(file).trust()).hasSize(1);

        int expected = line > 0 ? line : ("# one\n" + good).split("\n").length + 1;
        assertThat(warnings)
                .singleElement()
                .asString()
                .startsWith(file + ": the block at line " + expected + " is passed over: it ")
                .doesNotContain("c2VjcmV0", "bm9uc2Vuc2U");
    }

    static Stream<Arguments> unusual() {
        return Stream.of(
                Arguments.of("line ends of Windows", good.replace("\n", "\r\n")),
                Arguments.of("a byte order mark", "\uFEFF" + good),
                Arguments.of("an old name", good.replace("CERTIFICATE", "X509 CERTIFICATE")),
                Arguments.of("words between", "subject=/CN=test\n" + good + "\nthe end\n"),
                Arguments.of("no line end", good.strip()),
                Arguments.of("spaces before", good.replace("\n", "\n  ")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unusual")
    void unusualFormsAreRead(String name, String bundle) throws IOException {
        Path file = Files.writeString(folder.resolve("ca.pem"), bundle);

        assertThat(new PemAuthorities(file).certificates()).containsExactly(certificate);
        assertThat(warnings).isEmpty();
    }

    @Test
    void binaryFileIsRead() throws Exception {
        Path file = Files.write(folder.resolve("ca.der"), certificate.getEncoded());

        assertThat(new PemAuthorities(file).certificates()).containsExactly(certificate);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "\n", BAD, KEY})
    void nothingLeftIsAnError(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("ca.pem"), content);

        assertThatThrownBy(() -> new PemAuthorities(file).trust())
                .isInstanceOf(IOException.class)
                .hasMessage(file + " holds no certificate");
    }
}
