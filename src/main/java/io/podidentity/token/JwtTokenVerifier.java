package io.podidentity.token;

import static org.jose4j.jwa.AlgorithmConstraints.ConstraintType.PERMIT;

import io.podidentity.token.KeySource.Lookup.Found;
import io.podidentity.token.KeySource.Lookup.Unavailable;
import io.podidentity.token.KeySource.Lookup.Unknown;
import io.podidentity.token.TokenVerifier.Verdict.Genuine;
import io.podidentity.token.TokenVerifier.Verdict.Refused;
import io.podidentity.token.TokenVerifier.Verdict.Unverifiable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwx.HeaderParameterNames;
import org.jose4j.lang.JoseException;

/** Verifies service account tokens with the public keys of their cluster. */
public final class JwtTokenVerifier implements TokenVerifier {

    private static final Duration LEEWAY = Duration.ofSeconds(10);

    private final KeySource keys;
    private final TokenRules rules;
    private final Clock clock;

    public JwtTokenVerifier(KeySource keys, TokenRules rules, Clock clock) {
        this.keys = keys;
        this.rules = rules;
        this.clock = clock;
    }

    @Override
    public Verdict verify(ServiceAccountToken token) {
        Optional<ParsedToken> parsed = ParsedToken.of(token.raw());
        Optional<JsonWebSignature> jws = parsed.flatMap(it -> jws(it.token().raw()));
        if (jws.isEmpty()) {
            return new Refused("it is not a JWT");
        }
        if (!parsed.get().token().equals(token)) {
            return new Refused("its claims are not those it was read with");
        }
        // Cheap checks first: a token that fails them causes no fetch of keys.
        return wrongHeader(jws.get())
                .or(() -> wrongNames(parsed.get()))
                .or(() -> wrongTime(token))
                .or(() -> wrongParties(token))
                .<Verdict>map(Refused::new)
                .orElseGet(() -> verifySignature(jws.get()));
    }

    private static Optional<JsonWebSignature> jws(String raw) {
        JsonWebSignature jws = new JsonWebSignature();
        try {
            jws.setCompactSerialization(raw);
        } catch (JoseException | RuntimeException e) {
            return Optional.empty();
        }
        // Base64 decoding ignores invalid characters and the signature does not cover itself, so
        // compare the encoded form.
        return Optional.of(jws).filter(it -> raw.endsWith("." + it.getEncodedSignature()));
    }

    private static Optional<String> wrongHeader(JsonWebSignature jws) {
        if (jws.getKeyIdHeaderValue() == null) {
            return Optional.of("its header names no key");
        }
        boolean extended =
                jws.getObjectHeader(HeaderParameterNames.CRITICAL) != null
                        || jws.getObjectHeader(HeaderParameterNames.BASE64URL_ENCODE_PAYLOAD)
                                != null;
        return extended
                ? Optional.of("its header asks for extensions that clusters do not use")
                : Optional.empty();
    }

    private static Optional<String> wrongNames(ParsedToken parsed) {
        ServiceAccountToken token = parsed.token();
        String subject =
                "system:serviceaccount:" + token.namespace() + ":" + token.serviceAccount();
        if (token.namespace() == null || token.serviceAccount() == null) {
            return Optional.of("it names no service account");
        }
        return subject.equals(parsed.subject())
                ? Optional.empty()
                : Optional.of("its subject is not the service account that it names");
    }

    private Optional<String> wrongTime(ServiceAccountToken token) {
        Instant now = clock.instant();
        if (token.expiresAt() == null) {
            return Optional.of("it never expires");
        }
        if (!now.minus(LEEWAY).isBefore(token.expiresAt())) {
            return Optional.of("it is expired since " + token.expiresAt());
        }
        return token.notBefore() != null && now.plus(LEEWAY).isBefore(token.notBefore())
                ? Optional.of("it is not valid before " + token.notBefore())
                : Optional.empty();
    }

    private Optional<String> wrongParties(ServiceAccountToken token) {
        if (rules.issuer() != null && !rules.issuer().equals(token.issuer())) {
            return Optional.of("its issuer is not " + rules.issuer());
        }
        return Collections.disjoint(rules.audiences(), token.audiences())
                ? Optional.of("its audience is not " + String.join(" or ", rules.audiences()))
                : Optional.empty();
    }

    private Verdict verifySignature(JsonWebSignature jws) {
        return switch (keys.find(jws.getKeyIdHeaderValue())) {
            case Found(VerificationKey key) ->
                    signed(jws, key)
                            ? new Genuine()
                            : new Refused("its signature is not the cluster's");
            case Unknown() -> new Refused("the cluster has no key of the id that its header names");
            case Unavailable(String problem) -> new Unverifiable(problem);
        };
    }

    private static boolean signed(JsonWebSignature jws, VerificationKey key) {
        jws.setAlgorithmConstraints(
                new AlgorithmConstraints(PERMIT, key.algorithms().toArray(String[]::new)));
        jws.setKey(key.key());
        try {
            return jws.verifySignature();
        } catch (JoseException e) {
            return false;
        }
    }
}
