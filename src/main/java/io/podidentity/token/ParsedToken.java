package io.podidentity.token;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * A parsed token, shared by reader and verifier, so that the claims used are the claims verified.
 *
 * @param jws not verified yet
 * @param subject the claim {@code sub}
 */
record ParsedToken(JsonWebSignature jws, @Nullable String subject, ServiceAccountToken token) {

    // Projected tokens have 1-2 KB.
    private static final int MAX_LENGTH = 16 * 1024;
    private static final Pattern SUBJECT = Pattern.compile("system:serviceaccount:([^:]+):([^:]+)");

    /** Empty if it is not a JWT. Without a reason: the library's messages quote tokens. */
    static Optional<ParsedToken> of(String raw) {
        if (raw.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse(raw));
        } catch (JoseException
                | InvalidJwtException
                | MalformedClaimException
                | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static ParsedToken parse(String raw)
            throws JoseException, InvalidJwtException, MalformedClaimException {
        JsonWebSignature jws = new JsonWebSignature();
        jws.setCompactSerialization(raw);
        if (jws.getAlgorithmHeaderValue() == null) {
            throw new JoseException("no alg");
        }
        JwtClaims claims = JwtClaims.parse(jws.getUnverifiedPayload());
        Map<?, ?> kubernetes = object(claims.getClaimValue("kubernetes.io"));
        Map<?, ?> pod = object(kubernetes.get("pod"));
        Matcher subject = SUBJECT.matcher(claims.getSubject() == null ? "" : claims.getSubject());
        boolean named = subject.matches();
        return new ParsedToken(
                jws,
                claims.getSubject(),
                new ServiceAccountToken(
                        raw,
                        jws.getKeyIdHeaderValue(),
                        claims.getIssuer(),
                        claims.hasAudience() ? claims.getAudience() : List.of(),
                        instant(claims.getExpirationTime()),
                        instant(claims.getNotBefore()),
                        text(kubernetes, "namespace", named ? subject.group(1) : null),
                        text(
                                object(kubernetes.get("serviceaccount")),
                                "name",
                                named ? subject.group(2) : null),
                        text(pod, "name", null),
                        text(pod, "uid", null)));
    }

    private static Map<?, ?> object(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static @Nullable String text(Map<?, ?> object, String key, @Nullable String otherwise) {
        return object.get(key) instanceof String text ? text : otherwise;
    }

    private static @Nullable Instant instant(@Nullable NumericDate date) {
        return date == null ? null : Instant.ofEpochSecond(date.getValue());
    }
}
