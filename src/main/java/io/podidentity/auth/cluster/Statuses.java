package io.podidentity.auth.cluster;

import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.cluster.PodIdentityAssociation.Condition;
import io.podidentity.auth.cluster.PodIdentityAssociation.Status;
import io.podidentity.auth.cluster.Standing.Unusable;
import io.podidentity.auth.cluster.Standing.Usable;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Computes statuses. All replicas compute the same one from a resource, and write nothing where it
 * is there already: none has to be elected to write.
 *
 * @param region that ARNs name
 */
record Statuses(String region) {

    /** How exactly the last use is told: each time costs a write to etcd. */
    static final Duration LAST_USED_PRECISION = Duration.ofMinutes(10);

    private static final String ASSUME_ROLE_FAILED = "AssumeRoleFailed";
    private static final int MAX_MESSAGE = 1024;

    /**
     * What STS said about a resource's role.
     *
     * @param refusal null if it gave a session
     */
    record Report(Instant at, @Nullable String refusal) {}

    /** Whether a report would change the status. */
    static boolean isNews(PodIdentityAssociation resource, Report report) {
        boolean failed =
                resource.statusOrNone()
                        .ready()
                        .filter(each -> each.reason().equals(ASSUME_ROLE_FAILED))
                        .isPresent();
        return report.refusal() == null
                ? failed || isOutdated(resource.statusOrNone().lastUsed(), report.at())
                : !failed;
    }

    /** The status that a resource should have. */
    Status next(
            PodIdentityAssociation resource,
            Standing standing,
            @Nullable Report report,
            Instant now) {
        Status before = resource.statusOrNone();
        Long generation = resource.getMetadata().getGeneration();
        Optional<Condition> ready = before.ready();
        return switch (standing) {
            case Unusable(String reason, String message) ->
                    new Status(
                            generation,
                            null,
                            null,
                            null,
                            before.lastUsed(),
                            List.of(condition(ready, false, reason, message, generation, now)));
            case Usable(RoleAssociation association) ->
                    new Status(
                            generation,
                            association.id(),
                            association.arn(region),
                            association.grant().targetRoleArn() == null
                                    ? null
                                    : association.externalId(region),
                            lastUsed(before.lastUsed(), report),
                            List.of(ready(ready, association, report, generation, now)));
        };
    }

    private static Condition ready(
            Optional<Condition> before,
            RoleAssociation association,
            @Nullable Report report,
            @Nullable Long generation,
            Instant now) {
        if (report != null && report.refusal() != null) {
            return condition(before, false, ASSUME_ROLE_FAILED, report.refusal(), generation, now);
        }
        // Until STS says otherwise, or the role is another.
        boolean stillFails =
                report == null
                        && before.filter(
                                        each ->
                                                each.reason().equals(ASSUME_ROLE_FAILED)
                                                        && generation != null
                                                        && generation.equals(
                                                                each.observedGeneration()))
                                .isPresent();
        return stillFails
                ? before.get()
                : condition(
                        before,
                        true,
                        Condition.READY,
                        "Pods of service account %s get sessions of %s"
                                .formatted(
                                        association.subject().serviceAccount(),
                                        association.grant().targetRoleArn() == null
                                                ? association.grant().roleArn()
                                                : association.grant().targetRoleArn()),
                        generation,
                        now);
    }

    private static Condition condition(
            Optional<Condition> before,
            boolean holds,
            String reason,
            String message,
            @Nullable Long generation,
            Instant now) {
        String status = holds ? "True" : "False";
        String since =
                before.filter(each -> each.status().equals(status))
                        .map(Condition::lastTransitionTime)
                        .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
        String cut = message.substring(0, Math.min(message.length(), MAX_MESSAGE));
        return new Condition(Condition.READY, status, reason, cut, since, generation);
    }

    private static @Nullable String lastUsed(@Nullable String before, @Nullable Report report) {
        return report != null && report.refusal() == null && isOutdated(before, report.at())
                ? report.at().truncatedTo(ChronoUnit.SECONDS).toString()
                : before;
    }

    private static boolean isOutdated(@Nullable String lastUsed, Instant now) {
        return lastUsed == null || Instant.parse(lastUsed).plus(LAST_USED_PRECISION).isBefore(now);
    }
}
