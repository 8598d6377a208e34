package io.podidentity.agent.token;

import io.podidentity.agent.token.TokenReading.Current;
import io.podidentity.agent.token.TokenReading.Malformed;
import io.podidentity.agent.token.TokenReading.OutOfTime;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** Reads service account tokens without verifying them, as the reference agent does. */
public final class TokenReader {

    private static final Pattern SUBJECT = Pattern.compile("system:serviceaccount:([^:]+):([^:]+)");
    private static final int SEGMENTS_OF_A_JWS = 3;

    private final Clock clock;

    public TokenReader(Clock clock) {
        this.clock = clock;
    }

    /** Says what a bare token claims, and whether now lies within its time. */
    public TokenReading read(String raw) {
        int segments = raw.split("\\.", -1).length;
        if (segments != SEGMENTS_OF_A_JWS) {
            return new Malformed(
                    raw.regionMatches(true, 0, "Bearer ", 0, 7)
                            ? "the header must hold the bare token, without \"Bearer\""
                            : "token contains an invalid number of segments: "
                                    + segments
                                    + " instead of "
                                    + SEGMENTS_OF_A_JWS);
        }
        try {
            ServiceAccountToken token = parse(raw);
            Instant now = clock.instant();
            if (token.expiresAt() != null && !now.isBefore(token.expiresAt())) {
                return new OutOfTime("token is expired since " + token.expiresAt());
            }
            if (token.notBefore() != null && now.isBefore(token.notBefore())) {
                return new OutOfTime("token is not valid before " + token.notBefore());
            }
            return new Current(token);
        } catch (JoseException
                | InvalidJwtException
                | MalformedClaimException
                | RuntimeException e) {
            // The library's own messages quote the token.
            return new Malformed("token is malformed: its parts are not those of a JWT");
        }
    }

    private static ServiceAccountToken parse(String raw)
            throws JoseException, InvalidJwtException, MalformedClaimException {
        JsonWebSignature jws = new JsonWebSignature();
        jws.setCompactSerialization(raw);
        if (jws.getAlgorithmHeaderValue() == null) {
            throw new JoseException("no alg");
        }
        JwtClaims claims = JwtClaims.parse(jws.getUnverifiedPayload());
        Map<?, ?> kubernetes = object(claims.getClaimValue("kubernetes.io"));
        var subject = SUBJECT.matcher(claims.getSubject() == null ? "" : claims.getSubject());
        boolean named = subject.matches();
        return new ServiceAccountToken(
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
                text(object(kubernetes.get("pod")), "name", null),
                text(object(kubernetes.get("pod")), "uid", null));
    }

    private static Map<?, ?> object(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static @Nullable String text(Map<?, ?> object, String key, @Nullable String otherwise) {
        return object.get(key) instanceof String text ? text : otherwise;
    }

    private static @Nullable Instant instant(@Nullable NumericDate date) {
        return date == null ? null : Instant.ofEpochMilli(date.getValueInMillis());
    }
}
