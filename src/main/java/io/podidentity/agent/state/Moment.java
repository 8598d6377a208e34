package io.podidentity.agent.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * When a record was written, by the wall clock and by the kernel's count since it started, which
 * goes on over a restart of the agent, whatever the clock is set to meanwhile.
 *
 * @param boot names the kernel's start; empty where it is not known
 */
record Moment(Instant wall, String boot, Duration uptime) {

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path UPTIME = Path.of("/proc/uptime");

    /** The present one, of this machine. */
    static Supplier<Moment> of(Clock clock) {
        return () -> {
            try {
                String uptime = Files.readString(UPTIME);
                long millis =
                        (long) (Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1e3);
                return new Moment(
                        clock.instant(),
                        Files.readString(BOOT_ID).strip(),
                        Duration.ofMillis(millis));
            } catch (IOException | RuntimeException e) {
                // Not Linux.
                return new Moment(clock.instant(), "", Duration.ZERO);
            }
        };
    }

    /** How long ago another was; empty if that cannot be told, as the clock was set back since. */
    Optional<Duration> since(Moment earlier) {
        Duration ago =
                !boot.isEmpty() && boot.equals(earlier.boot)
                        ? uptime.minus(earlier.uptime)
                        : Duration.between(earlier.wall, wall);
        return ago.isNegative() ? Optional.empty() : Optional.of(ago);
    }
}
