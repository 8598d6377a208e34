package io.podidentity.auth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.auth.cluster.PodIdentityAssociation.Condition;
import io.podidentity.auth.cluster.PodIdentityAssociation.Spec;
import io.podidentity.auth.cluster.PodIdentityAssociation.Status;
import io.podidentity.auth.cluster.Statuses.Report;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StatusesTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.5Z");
    private static final Report ISSUED = new Report(NOW, null);
    private static final Report REFUSED = new Report(NOW, "STS does not let the service assume it");
    private static final PodIdentityAssociation ORDERS =
            Resources.orders("orders", "2026-11-21T11:00:00Z");

    private final Statuses statuses = new Statuses("eu-west-1");

    @Test
    void usableResourceIsReadyAndHasAnId() {
        Status status = next(ORDERS, null, NOW);

        assertThat(status.associationId()).startsWith("a-").hasSize(19);
        assertThat(status.associationArn())
                .isEqualTo(
                        "arn:aws:eks:eu-west-1:123456789012:podidentityassociation/dev/"
                                + status.associationId());
        assertThat(status.externalId()).isNull();
        assertThat(status.lastUsed()).isNull();
        assertThat(condition(status).status()).isEqualTo("True");
        assertThat(condition(status).reason()).isEqualTo("Ready");
        assertThat(condition(status).lastTransitionTime()).isEqualTo("2026-11-21T12:00:00Z");
    }

    @Test
    void targetRoleHasAnExternalId() {
        PodIdentityAssociation chained =
                Resources.of(
                        "chained",
                        "2026-11-21T11:00:00Z",
                        new Spec("orders", Resources.ROLE, Resources.OTHER, null, null));

        assertThat(next(chained, null, NOW).externalId())
                .isEqualTo("eu-west-1/123456789012/dev/shop/orders");
    }

    @Test
    void sameStatusIsWrittenOnlyOnce() {
        Status first = next(ORDERS, ISSUED, NOW);

        assertThat(next(Resources.with(ORDERS, first, 1), ISSUED, NOW.plusSeconds(60)))
                .isEqualTo(first);
    }

    @Test
    void lastUseIsToldEveryTenMinutes() {
        PodIdentityAssociation used = Resources.with(ORDERS, next(ORDERS, ISSUED, NOW), 1);

        assertThat(used.getStatus().lastUsed()).isEqualTo("2026-11-21T12:00:00Z");
        assertThat(Statuses.isNews(used, new Report(NOW.plusSeconds(599), null))).isFalse();
        assertThat(Statuses.isNews(used, new Report(NOW.plusSeconds(601), null))).isTrue();
    }

    @Test
    void refusalStaysUntilSomethingElseIsKnown() {
        PodIdentityAssociation refused = Resources.with(ORDERS, next(ORDERS, REFUSED, NOW), 1);

        assertThat(condition(refused.getStatus()).reason()).isEqualTo("AssumeRoleFailed");
        assertThat(condition(refused.getStatus()).message()).isEqualTo(REFUSED.refusal());
        assertThat(Statuses.isNews(refused, REFUSED)).isFalse();
        assertThat(condition(next(refused, null, NOW)).reason()).isEqualTo("AssumeRoleFailed");
        assertThat(Statuses.isNews(refused, ISSUED)).isTrue();
        assertThat(condition(next(refused, ISSUED, NOW)).reason()).isEqualTo("Ready");
        PodIdentityAssociation changed = Resources.with(refused, refused.getStatus(), 2);
        assertThat(condition(next(changed, null, NOW)).reason()).isEqualTo("Ready");
    }

    @Test
    void transitionTimeChangesWithTheStatusOnly() {
        Instant later = NOW.plusSeconds(3600);
        PodIdentityAssociation ready = Resources.with(ORDERS, next(ORDERS, null, NOW), 2);

        Status refused = next(ready, REFUSED, later);
        assertThat(condition(next(ready, null, later)).lastTransitionTime())
                .isEqualTo("2026-11-21T12:00:00Z");
        assertThat(condition(refused).lastTransitionTime()).isEqualTo("2026-11-21T13:00:00Z");
    }

    @Test
    void unusableResourceHasNoId() {
        Status status =
                statuses.next(
                        Resources.with(ORDERS, next(ORDERS, ISSUED, NOW), 1),
                        new Standing.Unusable("NotAllowed", "why"),
                        null,
                        NOW);

        assertThat(status.associationId()).isNull();
        assertThat(status.lastUsed()).isEqualTo("2026-11-21T12:00:00Z");
        assertThat(condition(status).status()).isEqualTo("False");
        assertThat(condition(status).reason()).isEqualTo("NotAllowed");
    }

    private Status next(PodIdentityAssociation resource, @Nullable Report report, Instant now) {
        return statuses.next(resource, Standing.of(resource, resource, null, "dev"), report, now);
    }

    private static Condition condition(Status status) {
        return status.ready().orElseThrow();
    }
}
