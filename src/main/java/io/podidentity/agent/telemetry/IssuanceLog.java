package io.podidentity.agent.telemetry;

import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.guard.RefusalLines;
import io.podidentity.schedule.Timeline;
import io.podidentity.token.ServiceAccountToken;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * One line for each issued credential and each refusal, with details as fields. Hits are logged at
 * debug only, since their fetch was logged.
 */
@Singleton
class IssuanceLog {

    private static final Logger LOG = Logger.getLogger(IssuanceLog.class);

    private final RefusalLines refusals;

    IssuanceLog(Timeline timeline) {
        this.refusals =
                new RefusalLines(
                        LOG, timeline::nanos, task -> timeline.after(Duration.ofMinutes(1), task));
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
        if (issued.requestId() != null) {
            fields.put("request-id", issued.requestId());
        }
        fields.put("origin", origin.name().toLowerCase(Locale.ROOT));
        with(fields, () -> LOG.log(level, "Issued credentials"));
    }

    void refused(
            ServiceAccountToken token, CredentialOutcome outcome, String client, Duration took) {
        if (!refusals.admit(client)) {
            return;
        }
        Map<String, String> fields = fields(token, took);
        fields.put("client", client);
        switch (outcome) {
            case Failed failed -> {
                fields.put("code", RefusalLines.shortened(failed.code()));
                with(fields, () -> warn(failed.message()));
            }
            case Rejected rejected -> {
                fields.put("code", rejected.reason().name());
                with(fields, () -> warn(rejected.message()));
            }
            case Issued issued -> throw new IllegalArgumentException("issued is not refused");
        }
    }

    /** A request without a readable token: logs the reply, which its SDK may not show. */
    void unreadable(String code, String message, String client) {
        if (refusals.admit(client)) {
            with(Map.of("client", client, "code", code), () -> warn(message));
        }
    }

    private static void warn(String message) {
        LOG.warn("No credentials: " + RefusalLines.shortened(message));
    }

    private static Map<String, String> fields(ServiceAccountToken token, Duration took) {
        Map<String, String> fields = new TreeMap<>();
        fields.put("pod", RefusalLines.shortened(token.podName()));
        fields.put("namespace", RefusalLines.shortened(token.namespace()));
        fields.put("service-account", RefusalLines.shortened(token.serviceAccount()));
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
