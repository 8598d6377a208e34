package io.podidentity.agent.cache;

import io.podidentity.agent.credentials.Association;
import io.podidentity.schedule.Timeline;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An entry as it may be shown: without its secrets.
 *
 * @param pod its name; null where its token names none
 * @param restored whether it is from the state folder, and not yet renewed
 */
public record HeldPod(
        @Nullable String pod,
        Association association,
        Instant expiration,
        Instant lastAsked,
        Renewal renewal,
        boolean restored) {

    static HeldPod of(Entry entry, Timeline timeline) {
        return new HeldPod(
                entry.pod() == null ? null : entry.pod().podName(),
                entry.issued().association(),
                entry.issued().credentials().expiration(),
                timeline.now().minus(timeline.since(entry.lastRequestNanos())),
                renewal(entry, timeline),
                entry.restored());
    }

    private static Renewal renewal(Entry entry, Timeline timeline) {
        if (entry.renewal() != null) {
            return Renewal.RUNNING;
        }
        if (entry.renewalToken() == null) {
            return Renewal.SUSPENDED;
        }
        if (entry.failing()) {
            return Renewal.FAILING;
        }
        return switch (entry.freshness(timeline)) {
            case FRESH -> Renewal.NOT_DUE;
            case DUE, EXPIRING -> Renewal.DUE;
            case EXPIRED -> Renewal.EXPIRED;
        };
    }

    /** What is done about the end of an entry's credentials. */
    public enum Renewal {
        NOT_DUE,
        DUE,
        RUNNING,
        /** The last one failed; it is tried again. */
        FAILING,
        /** Until the pod asks again: it has not since the last renewal, or its token expired. */
        SUSPENDED,
        EXPIRED
    }
}
