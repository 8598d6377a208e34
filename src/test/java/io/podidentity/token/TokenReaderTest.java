package io.podidentity.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import io.podidentity.token.TokenReading.Current;
import io.podidentity.token.TokenReading.Expired;
import io.podidentity.token.TokenReading.Malformed;
import io.podidentity.token.TokenReading.NotYetValid;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenReaderTest {

    private static final Instant NOW = Instant.parse("2026-11-21T22:00:00Z");
    private static final TokenReader READER = new TokenReader(Clock.fixed(NOW, ZoneOffset.UTC));
    private static final String HEADER = "{\"alg\":\"RS256\",\"kid\":\"k\"}";

    @Test
    void kubeletsTokenIsReadWhole() {
        String raw = TestTokens.at(NOW).pod("shop", "orders", "orders-0", "uid-0").sign();
        assertThat(READER.read(raw))
                .isEqualTo(
                        new Current(
                                new ServiceAccountToken(
                                        raw,
                                        TestKeys.RSA.keyId(),
                                        TestTokens.ISSUER,
                                        List.of(TestTokens.AUDIENCE),
                                        NOW.plus(Duration.ofHours(24)),
                                        NOW,
                                        "shop",
                                        "orders",
                                        "orders-0",
                                        "uid-0")));
    }

    @Test
    void audienceMayBeOneString() {
        assertThat(current("{\"aud\":\"one\"}").audiences()).containsExactly("one");
        assertThat(current("{\"aud\":[\"one\",\"two\"]}").audiences())
                .containsExactly("one", "two");
        assertThat(current("{\"aud\":[]}").audiences()).isEmpty();
        assertThat(current("{}").audiences()).isEmpty();
    }

    @Test
    void withoutKubernetesClaimsTheSubjectNamesTheServiceAccount() {
        ServiceAccountToken token = current("{\"sub\":\"system:serviceaccount:shop:orders\"}");
        assertThat(token.namespace()).isEqualTo("shop");
        assertThat(token.serviceAccount()).isEqualTo("orders");
        assertThat(token.podUid()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"sub\":\"alice\"}",
                "{\"sub\":\"system:serviceaccount:shop\"}",
                "{\"sub\":\"system:serviceaccount:a:b:c\"}",
                "{\"kubernetes.io\":null}",
                "{\"kubernetes.io\":\"x\"}",
                "{\"kubernetes.io\":[1]}",
                "{\"kubernetes.io\":{\"namespace\":1,\"pod\":2,\"serviceaccount\":[]}}"
            })
    void tokenOfNobodyIsReadAndLeftToEksAuth(String claims) {
        ServiceAccountToken token = current(claims);
        assertThat(token.namespace()).isNull();
        assertThat(token.serviceAccount()).isNull();
        assertThat(token.podUid()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"x\"",
                "1",
                "{",
                "{} {}",
                "{\"aud\":\"a\",\"aud\":\"b\"}",
                "{\"sub\":\"a\",\"sub\":\"b\"}",
                "{\"kubernetes.io\":{\"namespace\":\"a\",\"namespace\":\"b\"}}",
                "{\"aud\":1}",
                "{\"aud\":[1]}",
                "{\"aud\":[null]}",
                "\uFEFF{}",
                "{\"a\":1,}",
                "{\"a\":[",
                "{\"aud\":{\"a\":1}}",
                "{\"sub\":1}",
                "{\"iss\":[]}",
                "{\"exp\":\"soon\"}",
                "{\"exp\":true}",
                "{\"exp\":{}}",
                "{\"nbf\":\"1\"}",
                "{\"exp\":99999999999999999999999999}",
                "{\"exp\":9223372036854775807}",
                "{\"exp\":-9223372036854775808}",
                "{\"exp\":1e99}",
                "{\"exp\":NaN}"
            })
    void claimsThatAreNotThoseOfAJwtAreMalformed(String claims) {
        assertThat(READER.read(jwt(HEADER, claims)))
                .isEqualTo(new Malformed("token is malformed: its parts are not those of a JWT"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "null",
                "x",
                "{\"alg\":1}",
                "{\"alg\":null}",
                "{\"alg\":\"a\",\"alg\":\"b\"}",
                "{\"alg\":\"a\",\"kid\":1}",
                "{\"alg\":\"a\",\"kid\":\"b\",\"kid\":\"c\"}"
            })
    void headerThatIsNotOneOfAJwsIsMalformed(String header) {
        assertThat(READER.read(jwt(header, "{}")))
                .isEqualTo(new Malformed("token is malformed: its parts are not those of a JWT"));
    }

    @ParameterizedTest
    @CsvSource({
        "x, 1",
        "a.b, 2",
        "a.b.c.d, 4",
        "a.b.c.d.e, 5",
        "...., 5",
    })
    void wrongNumberOfPartsIsToldInTheReferencesWords(String raw, int segments) {
        assertThat(READER.read(raw))
                .isEqualTo(
                        new Malformed(
                                "token contains an invalid number of segments: "
                                        + segments
                                        + " instead of 3"));
    }

    @Test
    void tokenAfterBearerIsToldWhatIsWrong() {
        String raw = TestTokens.at(NOW).sign();
        assertThat(READER.read("Bearer " + raw))
                .isEqualTo(
                        new Malformed("the header must hold the bare token, without \"Bearer\""));
    }

    @Test
    void expiryIsToldWithItsInstantFromTheVerySecond() {
        String raw = TestTokens.at(NOW).expiresAt(NOW).sign();
        assertThat(READER.read(raw))
                .isEqualTo(new Expired("token is expired since 2026-11-21T22:00:00Z"));
        assertThat(READER.read(TestTokens.at(NOW).expiresAt(NOW.plusSeconds(1)).sign()))
                .isInstanceOf(Current.class);
    }

    @Test
    void tokenOfTheFutureIsNotYetValid() {
        String raw = TestTokens.at(NOW).notBefore(NOW.plusSeconds(1)).sign();
        assertThat(READER.read(raw))
                .isEqualTo(
                        new NotYetValid("token is not valid yet, but from 2026-11-21T22:00:01Z"));
        assertThat(READER.read(TestTokens.at(NOW).notBefore(NOW).sign()))
                .isInstanceOf(Current.class);
    }

    @Test
    void timesMayBeFractions() {
        assertThat(current("{\"exp\":" + (NOW.getEpochSecond() + 5) + ".75}").expiresAt())
                .isEqualTo(NOW.plusSeconds(5));
    }

    @Test
    void claimsThatAreNullAreMissing() {
        ServiceAccountToken token =
                current("{\"iss\":null,\"sub\":null,\"aud\":null,\"exp\":null,\"nbf\":null}");
        assertThat(token.issuer()).isNull();
        assertThat(token.audiences()).isEmpty();
        assertThat(token.expiresAt()).isNull();
        assertThat(token.notBefore()).isNull();
    }

    /** As a cluster of EKS writes it. */
    @Test
    void claimsOfEksAreRead() {
        ServiceAccountToken token =
                current(
                        "{\"aud\":[\"pods.eks.amazonaws.com\"],\"exp\":1795386000,"
                                + "\"iat\":1795299600,\"iss\":\"https://oidc.eks.eu-west-1."
                                + "amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF\","
                                + "\"jti\":\"a\",\"kubernetes.io\":{\"namespace\":\"shop\","
                                + "\"node\":{\"name\":\"n\",\"uid\":\"u\"},\"pod\":{\"name\":"
                                + "\"orders-0\",\"uid\":\"p\"},\"serviceaccount\":{\"name\":"
                                + "\"orders\",\"uid\":\"s\"},\"warnafter\":1795303207},"
                                + "\"nbf\":1795298400,"
                                + "\"sub\":\"system:serviceaccount:shop:orders\"}");
        assertThat(token.namespace()).isEqualTo("shop");
        assertThat(token.serviceAccount()).isEqualTo("orders");
        assertThat(token.podName()).isEqualTo("orders-0");
        assertThat(token.podUid()).isEqualTo("p");
        assertThat(token.expiresAt()).isEqualTo(Instant.ofEpochSecond(1_795_386_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE"})
    void nothingButUtf8IsRead(String charset) {
        String claims =
                Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString("{\"sub\":\"a\"}".getBytes(Charset.forName(charset)));
        assertThat(READER.read(encoded(HEADER) + "." + claims + ".c"))
                .isInstanceOf(Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s.%s", "%s.%s.c.d", "%s.%s.c.", "%s!.%s.c", "%s.%s+.c", "%s.%s/.c"})
    void nothingButThreeSegmentsInBase64UrlIsParsed(String form) {
        String good = "%s.%s.c".formatted(encoded(HEADER), encoded("{}"));
        assertThat(ParsedToken.of(good)).isPresent();
        assertThat(ParsedToken.of(form.formatted(encoded(HEADER), encoded("{}")))).isEmpty();
    }

    @Test
    void nothingQuotesTheToken() {
        String raw = TestTokens.at(NOW).sign();
        String signature = raw.substring(raw.lastIndexOf('.') + 1);
        assertThat(READER.read(raw).toString()).doesNotContain(signature);
        assertThat(READER.read("x" + raw).toString()).doesNotContain(signature);
        assertThat(READER.read(raw + ".x").toString()).doesNotContain(signature);
    }

    @Test
    void nestingThatIsDeepBreaksNothing() {
        for (String open : new String[] {"[", "{\"a\":"}) {
            String deep = "{\"a\":" + open.repeat(11_000 / open.length());
            assertThat(READER.read(jwt(HEADER, deep))).isInstanceOf(Malformed.class);
        }
        String closed = "{\"a\":" + "[".repeat(5_500) + "]".repeat(5_500) + "}";
        assertThat(READER.read(jwt(HEADER, closed))).isInstanceOf(Malformed.class);
        String few = "{\"a\":" + "[".repeat(30) + "]".repeat(30) + "}";
        assertThat(READER.read(jwt(HEADER, few))).isInstanceOf(Current.class);
    }

    @Test
    void randomBytesNeverThrow() {
        Random random = new Random(20261121);
        String good = TestTokens.at(NOW).sign();
        String claims = TestTokens.at(NOW).payload();
        for (int i = 0; i < 500; i++) {
            assertThat(READER.read(text(random))).isInstanceOf(Malformed.class);
            assertThat(READER.read(changed(random, good))).isNotNull();
            assertThat(READER.read(jwt(HEADER, changed(random, claims)))).isNotNull();
        }
    }

    private static String text(Random random) {
        byte[] bytes = new byte[random.nextInt(80)];
        random.nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String changed(Random random, String text) {
        StringBuilder changed = new StringBuilder(text);
        for (int i = 0; i <= random.nextInt(4); i++) {
            int at = random.nextInt(changed.length());
            switch (random.nextInt(3)) {
                case 0 -> changed.setCharAt(at, (char) random.nextInt(0x250));
                case 1 -> changed.deleteCharAt(at);
                default -> changed.insert(at, "\"{}[]:,\\.0e".charAt(random.nextInt(11)));
            }
        }
        return changed.toString();
    }

    private static ServiceAccountToken current(String claims) {
        return ((Current) READER.read(jwt(HEADER, claims))).token();
    }

    private static String jwt(String header, String claims) {
        return encoded(header) + "." + encoded(claims) + "." + encoded("signature");
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
