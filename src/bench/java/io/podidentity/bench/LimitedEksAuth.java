package io.podidentity.bench;

import io.podidentity.agent.credentials.Association;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.PodCredentials;
import io.podidentity.schedule.TokenBucket;
import java.time.Duration;
import java.util.Arrays;

/** EKS Auth for a whole fleet: throttles what is above its rate. */
final class LimitedEksAuth {

    static final Failed THROTTLED =
            new Failed("ThrottlingException", 429, false, "Rate exceeded", null);

    static final Duration LIFETIME = Duration.ofHours(6);

    private static final Association ASSOCIATION =
            new Association("arn", "a-1", "arn:aws:sts::0:assumed-role/r/s", "default", "app");

    private final FleetClock clock;
    private final int rate;
    private final TokenBucket bucket;
    private final int[] perSecond;
    private int throttled;

    LimitedEksAuth(FleetClock clock, int rate) {
        this.clock = clock;
        this.rate = rate;
        this.bucket = new TokenBucket(rate, clock.nanos());
        this.perSecond = new int[(int) FleetClock.DAY.toSeconds() + 1];
    }

    /** Credentials as of now. */
    Issued issued() {
        return new Issued(
                new PodCredentials("ASIA", "secret", "session", "0", clock.now().plus(LIFETIME)),
                ASSOCIATION);
    }

    /** Whether the call was answered. */
    boolean call() {
        perSecond[clock.step() / FleetClock.SECOND]++;
        boolean answered = bucket.take(rate, clock.nanos());
        throttled += answered ? 0 : 1;
        return answered;
    }

    int throttled() {
        return throttled;
    }

    long calls() {
        return Arrays.stream(perSecond).asLongStream().sum();
    }

    int peak() {
        return Arrays.stream(perSecond).max().orElse(0);
    }

    int peakAfter(int second) {
        return Arrays.stream(perSecond, second, perSecond.length).max().orElse(0);
    }

    /** The highest rate of each minute. */
    int[] peaksPerMinute() {
        int[] peaks = new int[perSecond.length / 60];
        for (int second = 0; second < peaks.length * 60; second++) {
            peaks[second / 60] = Math.max(peaks[second / 60], perSecond[second]);
        }
        return peaks;
    }
}
