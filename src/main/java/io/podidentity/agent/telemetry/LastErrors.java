package io.podidentity.agent.telemetry;

import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.guard.Secrets;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The last of EKS Auth's errors of each code; masked when they are asked for, not at each failure.
 */
@Singleton
public class LastErrors {

    private final ConcurrentMap<String, Seen> byCode = new ConcurrentHashMap<>();
    private final Clock clock;

    LastErrors(Clock clock) {
        this.clock = clock;
    }

    void add(Failed failure) {
        byCode.merge(
                ErrorCodes.bounded(failure.code()),
                new Seen(1, clock.instant(), failure),
                (before, last) -> new Seen(before.count + 1, last.at, last.failure));
    }

    /** The newest first. */
    public List<LastError> all() {
        return byCode.entrySet().stream()
                .map(each -> each.getValue().shown(each.getKey()))
                .sorted(Comparator.comparing(LastError::at).reversed())
                .toList();
    }

    private record Seen(long count, Instant at, Failed failure) {

        LastError shown(String code) {
            return new LastError(
                    code,
                    count,
                    at.truncatedTo(ChronoUnit.SECONDS),
                    Secrets.shown(failure.message()));
        }
    }

    /**
     * The last error of a code.
     *
     * @param count how many there have been
     */
    @RegisterForReflection
    public record LastError(String code, long count, Instant at, String message) {}
}
