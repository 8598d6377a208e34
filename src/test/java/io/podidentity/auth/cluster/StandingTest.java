package io.podidentity.auth.cluster;

import static io.podidentity.auth.cluster.Resources.OTHER;
import static io.podidentity.auth.cluster.Resources.ROLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.auth.cluster.PodIdentityAssociation.Spec;
import io.podidentity.auth.cluster.Standing.Unusable;
import io.podidentity.auth.cluster.Standing.Usable;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StandingTest {

    private static final PodIdentityAssociation ORDERS =
            Resources.orders("orders", "2026-11-21T12:00:00Z");

    @Test
    void allowedResourceIsAnAssociation() {
        Standing standing = of(ORDERS, AllowedRoles.parse(ROLE));

        assertThat(standing).isInstanceOf(Usable.class);
        Usable usable = (Usable) standing;
        assertThat(usable.association().grant().roleArn()).isEqualTo(ROLE);
        assertThat(usable.association().subject()).hasToString("shop/orders of dev");
        assertThat(usable.association().metadata().created()).isEqualTo("2026-11-21T12:00:00Z");
    }

    @Test
    void namespaceWithoutAnnotationMayUseNoRole() {
        assertUnusable(of(ORDERS, AllowedRoles.NONE), "NotAllowed", "no annotation", ROLE);
    }

    @Test
    void namespaceMayUseNoOtherRole() {
        assertUnusable(of(ORDERS, AllowedRoles.parse(OTHER)), "NotAllowed", ROLE, "only " + OTHER);
    }

    @Test
    void targetRoleMustBeAllowedToo() {
        PodIdentityAssociation chained =
                Resources.of(
                        "chained",
                        "2026-11-21T12:00:00Z",
                        new Spec("orders", ROLE, OTHER, null, null));

        assertUnusable(of(chained, AllowedRoles.parse(ROLE)), "NotAllowed", OTHER);
        assertThat(of(chained, AllowedRoles.parse(ROLE + " " + OTHER))).isInstanceOf(Usable.class);
    }

    @Test
    void anyRoleIsAllowedWhereNobodyAsks() {
        assertThat(of(ORDERS, null)).isInstanceOf(Usable.class);
    }

    @Test
    void oldestOfSeveralCounts() {
        PodIdentityAssociation younger = Resources.orders("a", "2026-11-21T12:00:01Z");
        PodIdentityAssociation sameSecond = Resources.orders("z", "2026-11-21T12:00:00Z");

        assertThat(Standing.oldest(List.of(younger, sameSecond, ORDERS))).contains(ORDERS);
        assertUnusable(
                Standing.of(younger, ORDERS, null, "dev"), "Conflict", "orders is older", "delete");
    }

    @Test
    void whatNoSchemaHasCheckedIsNoAssociation() {
        PodIdentityAssociation broken =
                Resources.of(
                        "broken",
                        "2026-11-21T12:00:00Z",
                        new Spec("orders", ROLE, null, null, "{}"));

        assertUnusable(of(broken, null), "Invalid", "policy needs disableSessionTags");
    }

    private static Standing of(PodIdentityAssociation resource, @Nullable AllowedRoles allowed) {
        return Standing.of(resource, resource, allowed, "dev");
    }

    private static void assertUnusable(Standing standing, String reason, String... words) {
        assertThat(standing).isInstanceOf(Unusable.class);
        Unusable unusable = (Unusable) standing;
        assertThat(unusable.reason()).isEqualTo(reason);
        assertThat(unusable.message()).contains(words);
    }
}
