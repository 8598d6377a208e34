package io.podidentity.auth.sts;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;

/**
 * Asks for sessions as long as their roles allow. STS reveals the limit only by rejecting, so
 * binary search: four calls at most, then remembered for an hour.
 */
final class SessionLength {

    /** As in EKS, if the role allows it. */
    static final int MAX_HOURS = 6;

    /** Every role allows that, and role chaining allows no more. */
    static final int MIN_HOURS = 1;

    private static final Duration TTL = Duration.ofHours(1);
    private static final int ROLES = 10_000;

    private final AssumeRole sts;
    private final Cache<String, Integer> allowed;

    SessionLength(AssumeRole sts, Ticker ticker) {
        this.sts = sts;
        this.allowed =
                Caffeine.newBuilder()
                        .maximumSize(ROLES)
                        .expireAfterWrite(TTL)
                        .ticker(ticker)
                        .build();
    }

    /** For role chaining, which allows no more. */
    AssumeRoleResponse shortest(AssumeRoleRequest request) {
        return ask(request, MIN_HOURS);
    }

    AssumeRoleResponse longest(AssumeRoleRequest request) {
        Integer known = allowed.getIfPresent(request.roleArn());
        int first = known == null ? MAX_HOURS : known;
        try {
            return ask(request, first);
        } catch (StsFailed.TooLong e) {
            if (first == MIN_HOURS) {
                throw e;
            }
            return search(request, e.byChaining() ? MIN_HOURS + 1 : first);
        }
    }

    /**
     * @param refused hours that the role is known not to allow
     */
    private AssumeRoleResponse search(AssumeRoleRequest request, int refused) {
        int good = MIN_HOURS;
        int bad = refused;
        @Nullable AssumeRoleResponse best = null;
        while (bad - good > 1) {
            int middle = (good + bad) / 2;
            try {
                best = ask(request, middle);
                good = middle;
            } catch (StsFailed.TooLong e) {
                bad = middle;
            }
        }
        allowed.put(request.roleArn(), good);
        return best == null ? ask(request, good) : best;
    }

    private AssumeRoleResponse ask(AssumeRoleRequest request, int hours) {
        int seconds = Math.toIntExact(Duration.ofHours(hours).toSeconds());
        return sts.assume(request.copy(r -> r.durationSeconds(seconds)));
    }
}
