package io.podidentity.auth.sts;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.function.LongSupplier;
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

    private static final long TTL_NANOS = Duration.ofHours(1).toNanos();
    private static final int ROLES = 10_000;

    private final AssumeRole sts;
    private final LongSupplier nanos;
    private final LinkedHashMap<String, Allowed> roles = new LinkedHashMap<>();

    SessionLength(AssumeRole sts, LongSupplier nanos) {
        this.sts = sts;
        this.nanos = nanos;
    }

    /** For role chaining, which allows no more. */
    AssumeRoleResponse shortest(AssumeRoleRequest request) {
        return ask(request, MIN_HOURS);
    }

    AssumeRoleResponse longest(AssumeRoleRequest request) {
        int first = known(request.roleArn());
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
        remember(request.roleArn(), good);
        return best == null ? ask(request, good) : best;
    }

    private synchronized int known(String role) {
        Allowed known = roles.get(role);
        return known == null || nanos.getAsLong() - known.nanos > TTL_NANOS
                ? MAX_HOURS
                : known.hours;
    }

    private synchronized void remember(String role, int hours) {
        var _ = roles.remove(role);
        roles.put(role, new Allowed(hours, nanos.getAsLong()));
        if (roles.size() > ROLES) {
            var _ = roles.pollFirstEntry();
        }
    }

    private AssumeRoleResponse ask(AssumeRoleRequest request, int hours) {
        int seconds = Math.toIntExact(Duration.ofHours(hours).toSeconds());
        return sts.assume(request.copy(r -> r.durationSeconds(seconds)));
    }

    private record Allowed(int hours, long nanos) {}
}
