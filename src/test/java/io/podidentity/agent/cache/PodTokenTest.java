package io.podidentity.agent.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.Tokens;
import io.podidentity.token.ServiceAccountToken;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodTokenTest {

    private static final TokenDigest DIGEST = new TokenDigest(1, 2, 3, 4);

    @ParameterizedTest
    @CsvSource(
            nullValues = "never",
            value = {
                "2026-11-22T00:00:01Z, 2026-11-22T00:00:00Z, true",
                "2026-11-22T00:00:00Z, 2026-11-22T00:00:00Z, false",
                "2026-11-22T00:00:00Z, 2026-11-22T00:00:01Z, false",
                "2026-11-22T00:00:00Z, never, true",
                "never, 2026-11-22T00:00:00Z, false",
                "never, never, false",
            })
    void tokenIsNewerThanAnotherWhichExpiresBeforeIt(
            @Nullable Instant expires, @Nullable Instant other, boolean newer) {
        assertThat(expiring(expires).newerThan(expiring(other))).isEqualTo(newer);
    }

    @Test
    void digestIsTheTokensSha256() throws NoSuchAlgorithmException {
        byte[] hash =
                MessageDigest.getInstance("SHA-256").digest("abc".getBytes(StandardCharsets.UTF_8));

        assertThat(TokenDigest.of("abc")).hasToString(HexFormat.of().formatHex(hash));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 2, 3, 4, true",
        "0, 2, 3, 4, false",
        "1, 0, 3, 4, false",
        "1, 2, 0, 4, false",
        "1, 2, 3, 0, false",
    })
    void digestsAreEqualInAllTheirParts(long a, long b, long c, long d, boolean equal) {
        assertThat(DIGEST.equals(new TokenDigest(a, b, c, d))).isEqualTo(equal);
    }

    @Test
    void digestsAreSpreadOverATable() {
        assertThat(TokenDigest.of("abc").hashCode()).isNotEqualTo(TokenDigest.of("abd").hashCode());
    }

    private static PodToken expiring(@Nullable Instant at) {
        ServiceAccountToken token = Tokens.token("raw", "app", "pod-a", "uid-a", at);
        return PodToken.of(token, DIGEST);
    }
}
