package io.podidentity.agent.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.cache.HeldPod;
import io.podidentity.agent.server.Listeners;
import io.podidentity.agent.server.Listeners.CredentialsListener;
import io.podidentity.agent.telemetry.LastErrors.LastError;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code GET /status} tells, as JSON and as a page; nothing of it is a secret.
 *
 * @param podsLeftOut how many come after the last of {@code pods}
 */
@RegisterForReflection
record AgentStatus(
        String version,
        String cluster,
        Instant at,
        List<ListenerStatus> listeners,
        EksAuthStatus eksAuth,
        List<PodStatus> pods,
        int podsLeftOut,
        List<Table> tables) {

    static final int MOST_PODS = 500;

    /** Here, since this class is loaded when the status is asked for, and on no other node. */
    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .registerModule(
                            new SimpleModule()
                                    .addSerializer(Instant.class, ToStringSerializer.instance));

    private static final Comparator<PodStatus> ORDER =
            Comparator.comparing(PodStatus::namespace)
                    .thenComparing(pod -> String.valueOf(pod.pod()))
                    .thenComparing(PodStatus::serviceAccount);

    String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of texts cannot be written", e);
        }
    }

    static List<ListenerStatus> listeners(Listeners listeners) {
        return listeners.credentials().stream().map(ListenerStatus::of).toList();
    }

    static List<PodStatus> pods(List<HeldPod> held) {
        return held.stream().map(PodStatus::of).sorted(ORDER).limit(MOST_PODS).toList();
    }

    /**
     * One address that credentials are served on.
     *
     * @param problem why they are not; null where they are
     */
    @RegisterForReflection
    record ListenerStatus(String address, int port, @Nullable String problem) {

        static ListenerStatus of(CredentialsListener listener) {
            return new ListenerStatus(listener.host().inUrl(), listener.port(), listener.problem());
        }
    }

    /**
     * The way to EKS Auth.
     *
     * @param callsAllowed how many calls may run at once now; fewer while EKS Auth throttles
     */
    @RegisterForReflection
    record EksAuthStatus(
            String breaker,
            int callsRunning,
            int callsWaiting,
            int callsAllowed,
            List<LastError> lastErrors) {

        static EksAuthStatus of(CredentialCache cache, Enum<?> breaker, List<LastError> errors) {
            return new EksAuthStatus(
                    lower(breaker),
                    cache.fetchesRunning(),
                    cache.fetchesWaiting(),
                    cache.fetchesAllowed(),
                    errors);
        }
    }

    /**
     * A pod with credentials in memory.
     *
     * @param pod null where its token names none
     * @param role with the session's name
     * @param from {@code fetched}, or {@code state folder}
     */
    @RegisterForReflection
    record PodStatus(
            String namespace,
            String serviceAccount,
            @Nullable String pod,
            String role,
            Instant expires,
            Instant lastAsked,
            String renewal,
            String from) {

        static PodStatus of(HeldPod held) {
            return new PodStatus(
                    held.association().namespace(),
                    held.association().serviceAccount(),
                    held.pod(),
                    held.association().roleArn(),
                    held.expiration(),
                    held.lastAsked().truncatedTo(ChronoUnit.SECONDS),
                    lower(held.renewal()),
                    held.restored() ? "state folder" : "fetched");
        }
    }

    /** A {@link StatusTable} as it is now. */
    @RegisterForReflection
    record Table(String title, List<String> columns, List<List<String>> rows) {

        static Table of(StatusTable table) {
            return new Table(table.title(), table.columns(), table.rows());
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
