package io.podidentity.agent.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.podidentity.agent.state.StateEvents;
import io.podidentity.schedule.Timeline;
import io.podidentity.schedule.TokenBucket;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Metrics of sealed records, and log lines when they begin or cease to fail. */
@Singleton
@SuppressWarnings("deprecation") // The extension is built on the older Prometheus client.
class StateMetrics implements StateEvents {

    private static final Logger LOG = Logger.getLogger(StateMetrics.class);
    private static final String PREFIX = "pod_identity_agent_state_";
    private static final int BURST = 5;
    private static final double LINES_PER_SECOND = 1 / 60.0;

    private final PrometheusMeterRegistry registry;
    private final Timeline timeline;
    private final TokenBucket lines;
    private final AtomicInteger records = new AtomicInteger();
    private @Nullable String problem;

    StateMetrics(PrometheusMeterRegistry registry, Timeline timeline) {
        this.registry = registry;
        this.timeline = timeline;
        this.lines = new TokenBucket(BURST, timeline.nanos());
        Gauge.builder(PREFIX + "records", records, AtomicInteger::get)
                .description("Sealed records in the state folder, as of the last minute")
                .register(registry);
        // From zero on, so that the first one is seen as an increase.
        Stream.of(Found.values()).forEach(this::reads);
        Stream.of(Written.values()).forEach(this::writes);
    }

    @Override
    public void looked(Found found) {
        reads(found).increment();
        if (found == Found.DAMAGED && lines.take(LINES_PER_SECOND, timeline.nanos())) {
            LOG.warn("A record of a pod's credentials was damaged, and is deleted");
        }
    }

    @Override
    public void written(Written result) {
        writes(result).increment();
    }

    @Override
    public void records(int count) {
        records.set(count);
    }

    @Override
    public void failing(String reason) {
        if (changes(reason)) {
            LOG.warnf("Pods' credentials may not outlive a restart: state folder: %s", reason);
        }
    }

    @Override
    public void working() {
        if (changes(null)) {
            LOG.info("Pods' credentials are kept for a restart again");
        }
    }

    @Override
    public void broke(Throwable bug) {
        if (lines.take(LINES_PER_SECOND, timeline.nanos())) {
            LOG.error("Pods' credentials may not outlive a restart", bug);
        }
    }

    /** Whether the condition is another one now, and may be told. */
    private synchronized boolean changes(@Nullable String now) {
        if (Objects.equals(now, problem) || !lines.take(LINES_PER_SECOND, timeline.nanos())) {
            return false;
        }
        problem = now;
        return true;
    }

    private Counter reads(Found found) {
        return Counter.builder(PREFIX + "reads")
                .tag("result", found.name().toLowerCase(Locale.ROOT))
                .description("Look-ups of sealed records, by what was found")
                .register(registry);
    }

    private Counter writes(Written result) {
        return Counter.builder(PREFIX + "writes")
                .tag("result", result.name().toLowerCase(Locale.ROOT))
                .description("Sealed records to be written, by what became of them")
                .register(registry);
    }
}
