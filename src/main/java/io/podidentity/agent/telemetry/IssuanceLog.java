package io.podidentity.agent.telemetry;

import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.cache.Timeline;
import io.podidentity.agent.cache.TokenBucket;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.agent.token.ServiceAccountToken;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * One line for each issued credential and each refusal, with its facts as fields of the line. A hit
 * hands out what was logged when it was fetched, and is logged at debug only.
 */
@ApplicationScoped
class IssuanceLog {

    private static final Logger LOG = Logger.getLogger(IssuanceLog.class);

    /** Anybody may send nonsense: so many lines about it at once, and one a second. */
    private static final int BURST = 20;

    private final Timeline timeline;
    private final TokenBucket lines;

    IssuanceLog(Timeline timeline) {
        this.timeline = timeline;
        this.lines = new TokenBucket(BURST, timeline.nanos());
    }

    boolean hitsAreLogged() {
        return LOG.isDebugEnabled();
    }

    void issued(ServiceAccountToken token, Issued issued, Origin origin, Duration took) {
        Logger.Level level = origin == Origin.HIT ? Logger.Level.DEBUG : Logger.Level.INFO;
        if (!LOG.isEnabled(level)) {
            return;
        }
        Map<String, String> fields = fields(token, took);
        fields.put("namespace", issued.association().namespace());
        fields.put("service-account", issued.association().serviceAccount());
        fields.put("association", issued.association().id());
        fields.put("role-arn", issued.association().roleArn());
        fields.put("expiration", issued.credentials().expiration().toString());
        fields.put("origin", origin.name().toLowerCase(Locale.ROOT));
        with(fields, () -> LOG.log(level, "Issued credentials"));
    }

    void refused(
            ServiceAccountToken token, CredentialOutcome outcome, String client, Duration took) {
        Map<String, String> fields = fields(token, took);
        fields.put("client", client);
        switch (outcome) {
            case Failed failed -> {
                fields.put("code", failed.code());
                with(fields, () -> LOG.warn("No credentials: " + failed.message()));
            }
            case Rejected rejected -> {
                fields.put("code", rejected.reason().name());
                with(fields, () -> LOG.warn("No credentials: " + rejected.message()));
            }
            case Issued issued -> throw new IllegalArgumentException("issued is not refused");
        }
    }

    /** A request that named no pod: what it was told, which its SDK may not show. */
    void unreadable(String code, String message, String client) {
        if (lines.take(1, timeline.nanos())) {
            with(
                    Map.of("client", client, "code", code),
                    () -> LOG.warn("No credentials: " + message));
        }
    }

    private static Map<String, String> fields(ServiceAccountToken token, Duration took) {
        Map<String, String> fields = new TreeMap<>();
        fields.put("pod", String.valueOf(token.podName()));
        fields.put("namespace", String.valueOf(token.namespace()));
        fields.put("service-account", String.valueOf(token.serviceAccount()));
        fields.put("duration-ms", String.valueOf(took.toMillis()));
        return fields;
    }

    private static void with(Map<String, String> fields, Runnable line) {
        fields.forEach(MDC::put);
        try {
            line.run();
        } finally {
            fields.keySet().forEach(MDC::remove);
        }
    }
}
