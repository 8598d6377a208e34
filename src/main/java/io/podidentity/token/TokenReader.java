package io.podidentity.token;

import io.podidentity.token.TokenReading.Current;
import io.podidentity.token.TokenReading.Expired;
import io.podidentity.token.TokenReading.Malformed;
import io.podidentity.token.TokenReading.NotYetValid;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;

/** Reads service account tokens without verifying them, as the reference agent does. */
@Singleton
public final class TokenReader {

    private static final String SCHEME = "Bearer ";
    private static final int SEGMENTS_OF_A_JWS = 3;

    private final Clock clock;

    public TokenReader(Clock clock) {
        this.clock = clock;
    }

    /** Reads the claims of a bare token, and checks that it is valid now. */
    public TokenReading read(String raw) {
        if (raw.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return new Malformed("the header must hold the bare token, without \"Bearer\"");
        }
        long segments = raw.chars().filter(each -> each == '.').count() + 1;
        if (segments != SEGMENTS_OF_A_JWS) {
            return new Malformed(
                    "token contains an invalid number of segments: "
                            + segments
                            + " instead of "
                            + SEGMENTS_OF_A_JWS);
        }
        return ParsedToken.of(raw)
                .map(parsed -> inTime(parsed.token()))
                .orElseGet(
                        () ->
                                new Malformed(
                                        "token is malformed: its parts are not those of a JWT"));
    }

    private TokenReading inTime(ServiceAccountToken token) {
        Instant now = clock.instant();
        if (token.expiresAt() != null && !now.isBefore(token.expiresAt())) {
            return new Expired("token is expired since " + token.expiresAt());
        }
        if (token.notBefore() != null && now.isBefore(token.notBefore())) {
            return new NotYetValid("token is not valid yet, but from " + token.notBefore());
        }
        return new Current(token);
    }
}
