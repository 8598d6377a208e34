package io.podidentity.token;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jose4j.jws.AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256;
import static org.jose4j.jws.AlgorithmIdentifiers.HMAC_SHA256;
import static org.jose4j.jws.AlgorithmIdentifiers.NONE;
import static org.jose4j.jws.AlgorithmIdentifiers.RSA_PSS_USING_SHA256;
import static org.jose4j.jws.AlgorithmIdentifiers.RSA_USING_SHA256;
import static org.jose4j.jws.AlgorithmIdentifiers.RSA_USING_SHA384;
import static org.jose4j.jws.AlgorithmIdentifiers.RSA_USING_SHA512;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import io.podidentity.token.TokenVerifier.Verdict;
import io.podidentity.token.TokenVerifier.Verdict.Genuine;
import io.podidentity.token.TokenVerifier.Verdict.Refused;
import io.podidentity.token.TokenVerifier.Verdict.Unverifiable;
import java.io.IOException;
import java.security.PrivateKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JwtTokenVerifierTest {

    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    static final TokenRules RULES = new TokenRules(TestTokens.ISSUER, Set.of(TestTokens.AUDIENCE));
    static final KeySet CLUSTER =
            clusterKeys(TestKeys.RSA, TestKeys.WEAK_RSA, TestKeys.EC256, TestKeys.EC384);

    private final TokenVerifier verifier = new JwtTokenVerifier(CLUSTER, RULES, CLOCK);

    @ParameterizedTest
    @MethodSource
    void believesGenuineTokens(TestTokens token) {
        assertThat(verify(token.sign())).isEqualTo(new Genuine());
    }

    static Stream<Arguments> believesGenuineTokens() {
        return Stream.of(
                argumentSet("RS256", token()),
                argumentSet("RS384", token().signature(RSA_USING_SHA384, rsa())),
                argumentSet("RS512", token().signature(RSA_USING_SHA512, rsa())),
                argumentSet("ES256", token().key(TestKeys.EC256)),
                argumentSet("ES384", token().key(TestKeys.EC384)),
                argumentSet("audience as text", token().claim("aud", TestTokens.AUDIENCE)),
                argumentSet("several audiences", token().audience("sts", TestTokens.AUDIENCE)),
                argumentSet("type in the header", token().header("typ", "JWT")),
                argumentSet("subject only", token().claim("kubernetes.io", null)),
                argumentSet("no nbf", token().claim("nbf", null)),
                argumentSet("expired within the leeway", token().expiresAt(NOW.minusSeconds(5))),
                argumentSet("from a clock ahead of ours", token().notBefore(NOW.plusSeconds(5))));
    }

    @ParameterizedTest
    @MethodSource
    void refusesForgeries(String raw) {
        assertThat(verify(raw)).isInstanceOf(Refused.class);
    }

    static Stream<Arguments> refusesForgeries() {
        String genuine = token().sign();
        String[] parts = genuine.split("\\.");
        return Stream.of(
                argumentSet("another cluster's key", token().key(TestKeys.FOREIGN_RSA).sign()),
                argumentSet(
                        "another cluster's key under the cluster's kid",
                        token().signature(RSA_USING_SHA256, foreign()).sign()),
                argumentSet(
                        "kid of another key", token().header("kid", TestKeys.EC256.keyId()).sign()),
                argumentSet("no kid", token().header("kid", null).sign()),
                argumentSet("kid that is a path", token().header("kid", "../../dev/null").sign()),
                argumentSet("alg none", token().signature(NONE, null).sign()),
                argumentSet(
                        "alg none in capitals",
                        withHeader("{'alg':'NONE','kid':'%s'}", parts) + "."),
                argumentSet("no alg", withHeader("{'kid':'%s'}", parts) + "." + parts[2]),
                argumentSet(
                        "HMAC with the public key's bytes",
                        token().signature(HMAC_SHA256, new HmacKey(publicKey())).sign()),
                argumentSet(
                        "HMAC with the public key's PEM",
                        token().signature(HMAC_SHA256, new HmacKey(pem().getBytes(US_ASCII)))
                                .sign()),
                argumentSet(
                        "PSS, which clusters do not use",
                        token().signature(RSA_PSS_USING_SHA256, rsa()).sign()),
                argumentSet(
                        "RSA signature under an EC kid",
                        token().header("kid", TestKeys.EC256.keyId()).sign()),
                argumentSet(
                        "ES256 under an RSA kid",
                        token().signature(
                                        ECDSA_USING_P256_CURVE_AND_SHA256,
                                        TestKeys.EC256.pair().getPrivateKey())
                                .sign()),
                argumentSet(
                        "ES384 with a P-384 key under the kid of a P-256 key",
                        token().key(TestKeys.EC384).header("kid", TestKeys.EC256.keyId()).sign()),
                argumentSet("ES256 signature of zeros", zeroSignature()),
                argumentSet("weak RSA key of the cluster", token().key(TestKeys.WEAK_RSA).sign()),
                argumentSet("truncated signature", genuine.substring(0, genuine.length() - 8)),
                argumentSet("no signature", parts[0] + "." + parts[1] + "."),
                argumentSet("signature spelled otherwise", genuine + "="),
                argumentSet("signature with characters that decoders skip", genuine + "!"),
                argumentSet(
                        "signature of another token",
                        parts[0]
                                + "."
                                + parts[1]
                                + "."
                                + signatureOf(token().claim("jti", "x").sign())),
                argumentSet(
                        "edited claims",
                        parts[0]
                                + "."
                                + base64(token().pod("kube-system", "admin", "p", "u").payload())
                                + "."
                                + parts[2]),
                argumentSet(
                        "edited header",
                        withHeader("{'alg':'RS256','kid':'%s','typ':'JWT'}", parts)
                                + "."
                                + parts[2]),
                argumentSet(
                        "duplicate claims",
                        token().sign(token().payload().replaceFirst("\\{", "{\"iss\":\"x\","))),
                argumentSet(
                        "duplicate claims inside",
                        token().sign(
                                        token().payload()
                                                .replace(
                                                        "\"namespace\":",
                                                        "\"namespace\":\"a\",\"namespace\":"))),
                argumentSet(
                        "duplicate header",
                        withHeader("{'alg':'RS256','alg':'none','kid':'%s'}", parts)
                                + "."
                                + parts[2]),
                argumentSet(
                        "embedded jwk",
                        token().signature(RSA_USING_SHA256, foreign())
                                .header("jwk", foreignJwk())
                                .sign()),
                argumentSet(
                        "jku of the forger",
                        token().signature(RSA_USING_SHA256, foreign())
                                .header("jku", "https://forger.example/jwks")
                                .sign()),
                argumentSet(
                        "x5u of the forger",
                        token().signature(RSA_USING_SHA256, foreign())
                                .header("x5u", "https://forger.example/x")
                                .sign()),
                argumentSet(
                        "critical extension",
                        token().header("crit", List.of("exp")).header("exp", 1).sign()),
                argumentSet(
                        "unencoded payload",
                        token().header("crit", List.of("b64")).header("b64", true).sign()),
                argumentSet("huge header", token().header("pad", "x".repeat(20_000)).sign()),
                argumentSet(
                        "deep claims",
                        token().key(TestKeys.FOREIGN_RSA)
                                .sign("{\"a\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}")),
                argumentSet("payload that is a list", token().sign("[1]")),
                argumentSet("payload that is no JSON", token().sign("hello")),
                argumentSet("expired", token().expiresAt(NOW.minusSeconds(11)).sign()),
                argumentSet("never expires", token().claim("exp", null).sign()),
                argumentSet("expiry as text", token().claim("exp", "tomorrow").sign()),
                argumentSet("expiry beyond time", token().claim("exp", Long.MAX_VALUE).sign()),
                argumentSet("not yet valid", token().notBefore(NOW.plusSeconds(11)).sign()),
                argumentSet("other issuer", token().issuer(TestTokens.ISSUER + "2").sign()),
                argumentSet("no issuer", token().claim("iss", null).sign()),
                argumentSet("other audience", token().audience("sts.amazonaws.com").sign()),
                argumentSet("no audience", token().claim("aud", null).sign()),
                argumentSet("audience of numbers", token().claim("aud", List.of(1)).sign()),
                argumentSet(
                        "subject of another account",
                        token().claim("sub", "system:serviceaccount:shop:admin").sign()),
                argumentSet(
                        "a user",
                        token().claim("sub", "admin").claim("kubernetes.io", null).sign()),
                argumentSet("no subject", token().claim("sub", null).sign()));
    }

    @Test
    void acceptsAnyIssuerWhereNoneIsExpected() {
        var lax =
                new JwtTokenVerifier(
                        CLUSTER, new TokenRules(null, Set.of(TestTokens.AUDIENCE)), CLOCK);
        String raw = token().issuer("https://elsewhere").sign();

        assertThat(lax.verify(parse(raw))).isEqualTo(new Genuine());
    }

    @Test
    void audienceIsAlwaysExpected() {
        assertThatThrownBy(() -> new TokenRules(null, Set.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesATokenWhoseClaimsWereReadDifferently() {
        ServiceAccountToken read = parse(token().sign());
        var claimsMore =
                new ServiceAccountToken(
                        read.raw(),
                        read.keyId(),
                        read.issuer(),
                        read.audiences(),
                        read.expiresAt(),
                        read.notBefore(),
                        "kube-system",
                        read.serviceAccount(),
                        read.podName(),
                        read.podUid());

        assertThat(verifier.verify(claimsMore)).isInstanceOf(Refused.class);
    }

    @Test
    void saysThatItCannotTellWithoutKeys() {
        KeySource none = keyId -> new KeySource.Lookup.Unavailable("the API server is away");

        assertThat(new JwtTokenVerifier(none, RULES, CLOCK).verify(parse(token().sign())))
                .isEqualTo(new Unverifiable("the API server is away"));
    }

    @Test
    void looksForKeysOnlyWhenTheRestIsRight() {
        AtomicInteger lookups = new AtomicInteger();
        KeySource counting =
                keyId -> {
                    lookups.incrementAndGet();
                    return CLUSTER.find(keyId);
                };
        var frugal = new JwtTokenVerifier(counting, RULES, CLOCK);

        frugal.verify(parse(token().header("kid", "none-such").audience("other").sign()));

        assertThat(lookups).hasValue(0);
    }

    @Test
    void obeysTheAlgorithmThatTheKeySetNames() throws IOException {
        String document =
                TestKeys.jwks(TestKeys.RSA).replace("\"use\"", "\"alg\":\"RS512\",\"use\"");
        var strict = new JwtTokenVerifier(KeySet.parse(document), RULES, CLOCK);

        assertThat(strict.verify(parse(token().sign()))).isInstanceOf(Refused.class);
        assertThat(strict.verify(parse(token().signature(RSA_USING_SHA512, rsa()).sign())))
                .isEqualTo(new Genuine());
    }

    @ParameterizedTest
    @MethodSource("refusesForgeries")
    void neverQuotesTheToken(String raw) {
        if (verify(raw) instanceof Refused(String problem)) {
            assertThat(problem).doesNotContain(raw).hasSizeLessThan(120);
        }
    }

    /** As the agent does: read first, verify what could be read. */
    private Verdict verify(String raw) {
        // The reader would refuse by time before the verifier sees the token.
        return ParsedToken.of(raw)
                .map(parsed -> verifier.verify(parsed.token()))
                .orElse(new Refused("not a JWT"));
    }

    private static ServiceAccountToken parse(String raw) {
        return ParsedToken.of(raw).orElseThrow().token();
    }

    private static TestTokens token() {
        return TestTokens.at(NOW.minus(Duration.ofMinutes(5)));
    }

    private static KeySet clusterKeys(TestKeys... keys) {
        try {
            return KeySet.parse(TestKeys.jwks(keys));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PrivateKey rsa() {
        return TestKeys.RSA.pair().getPrivateKey();
    }

    private static PrivateKey foreign() {
        return TestKeys.FOREIGN_RSA.pair().getPrivateKey();
    }

    private static Map<String, Object> foreignJwk() {
        return TestKeys.FOREIGN_RSA.pair().toParams(OutputControlLevel.PUBLIC_ONLY);
    }

    private static byte[] publicKey() {
        return TestKeys.RSA.pair().getPublicKey().getEncoded();
    }

    private static String pem() {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicKey())
                + "\n-----END PUBLIC KEY-----\n";
    }

    private static String signatureOf(String raw) {
        return raw.substring(raw.lastIndexOf('.') + 1);
    }

    private static String zeroSignature() {
        String raw = token().key(TestKeys.EC256).sign();
        return raw.substring(0, raw.lastIndexOf('.') + 1)
                + Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[64]);
    }

    private static String withHeader(String header, String[] parts) {
        return base64(header.replace('\'', '"').formatted(TestKeys.RSA.keyId())) + "." + parts[1];
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(US_ASCII));
    }
}
