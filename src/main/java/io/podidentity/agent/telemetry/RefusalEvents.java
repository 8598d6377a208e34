package io.podidentity.agent.telemetry;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.guard.Secrets;
import io.podidentity.schedule.ClientLimits;
import io.podidentity.schedule.Timeline;
import io.podidentity.schedule.TokenBucket;
import io.podidentity.token.ApiServer;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier;
import io.podidentity.token.TokenVerifier.Verdict.Genuine;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Writes a Warning event on a pod that EKS Auth refuses for a lasting reason: of each pod and error
 * one an hour, and of all pods a few a minute.
 *
 * <p>Only for a token that EKS Auth has accepted, and that the agent has verified itself with the
 * cluster's keys: nobody can have an event written on another's pod with a token he made up.
 */
final class RefusalEvents {

    private static final Logger LOG = Logger.getLogger(RefusalEvents.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Not InvalidToken and ExpiredToken: whose such a token is, nobody knows. */
    private static final Set<String> LASTING =
            Set.of("ResourceNotFoundException", "AccessDeniedException");

    private static final double ONE_AN_HOUR = 1.0 / Duration.ofHours(1).toSeconds();
    private static final int PODS = 4_096;
    private static final int BURST = 50;
    private static final double PER_SECOND = 0.2;
    private static final int WAITING = 256;

    private final ApiServer server;
    private final TokenVerifier verifier;
    private final String node;
    private final Timeline timeline;
    private final Executor executor;

    private final TokenBucket all;
    private final ClientLimits each;
    private boolean failing;

    /**
     * @param node its name, or nothing
     * @param executor runs one task after another, which may block
     */
    RefusalEvents(
            ApiServer server,
            TokenVerifier verifier,
            String node,
            Timeline timeline,
            Executor executor) {
        this.server = server;
        this.verifier = verifier;
        this.node = node;
        this.timeline = timeline;
        this.executor = executor;
        this.all = new TokenBucket(BURST, timeline.nanos());
        this.each = new ClientLimits(ONE_AN_HOUR, 1, PODS, timeline::nanos);
    }

    /** One thread, which is there while it is needed; drops what is too much. */
    static Executor queue() {
        return new ThreadPoolExecutor(
                0,
                1,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING),
                Thread.ofPlatform().daemon().name("pod-events").factory(),
                new ThreadPoolExecutor.DiscardPolicy());
    }

    void refused(ServiceAccountToken token, Failed failure) {
        if (failure.permanent() && LASTING.contains(failure.code()) && token.podUid() != null) {
            executor.execute(() -> tell(token, failure));
        }
    }

    private void tell(ServiceAccountToken token, Failed failure) {
        String key = token.podUid() + " " + failure.code();
        if (each.allow(key) && !written(token, failure)) {
            each.giveBack(key);
        }
    }

    private boolean written(ServiceAccountToken token, Failed failure) {
        try {
            if (verifier.verify(token) instanceof Genuine
                    && all.take(PER_SECOND, timeline.nanos())) {
                server.post(
                        "/api/v1/namespaces/" + token.namespace() + "/events",
                        event(token, failure).toString());
                failing = false;
                return true;
            }
        } catch (IOException | RuntimeException e) {
            if (!failing) {
                LOG.warnf("No event on pod %s/%s: %s", token.namespace(), token.podName(), e);
            }
            failing = true;
        }
        return false;
    }

    private ObjectNode event(ServiceAccountToken token, Failed failure) {
        String now = timeline.now().truncatedTo(ChronoUnit.SECONDS).toString();
        ObjectNode event = JSON.createObjectNode();
        event.putObject("metadata")
                .put("generateName", token.podName() + ".")
                .put("namespace", token.namespace());
        event.putObject("involvedObject")
                .put("apiVersion", "v1")
                .put("kind", "Pod")
                .put("namespace", token.namespace())
                .put("name", token.podName())
                .put("uid", token.podUid());
        event.putObject("source").put("component", "pod-identity-agent").put("host", node);
        return event.put("type", "Warning")
                .put("reason", "CredentialsRefused")
                .put("message", Secrets.shown(failure.message()))
                .put("firstTimestamp", now)
                .put("lastTimestamp", now)
                .put("count", 1)
                .put("reportingComponent", "pod-identity-agent")
                .put("reportingInstance", node);
    }
}
