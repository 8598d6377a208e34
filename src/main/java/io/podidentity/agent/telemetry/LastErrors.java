package io.podidentity.agent.telemetry;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
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

/** The last of EKS Auth's errors of each code. */
@Singleton
public class LastErrors {

    private final ConcurrentMap<String, LastError> byCode = new ConcurrentHashMap<>();
    private final Clock clock;

    LastErrors(Clock clock) {
        this.clock = clock;
    }

    void add(Failed failure) {
        LastError first =
                new LastError(
                        ErrorCodes.bounded(failure.code()),
                        1,
                        clock.instant().truncatedTo(ChronoUnit.SECONDS),
                        Secrets.shown(failure.message()));
        byCode.merge(first.code(), first, LastError::again);
    }

    /** The newest first. */
    public List<LastError> all() {
        return byCode.values().stream()
                .sorted(Comparator.comparing(LastError::at).reversed())
                .toList();
    }

    /**
     * The last error of a code.
     *
     * @param count how many there have been
     */
    @RegisterForReflection
    public record LastError(
            String code,
            long count,
            @JsonSerialize(using = ToStringSerializer.class) Instant at,
            String message) {

        LastError again(LastError next) {
            return new LastError(code, count + 1, next.at, next.message);
        }
    }
}
