package io.podidentity.auth.cluster;

import io.podidentity.auth.associations.Grant;
import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.associations.Subject;
import io.podidentity.auth.cluster.PodIdentityAssociation.Spec;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether a resource counts. */
sealed interface Standing {

    /** Pods get sessions by it. */
    record Usable(RoleAssociation association) implements Standing {}

    /**
     * It is as if it were not there.
     *
     * @param reason of its condition
     */
    record Unusable(String reason, String message) implements Standing {}

    /** On resources that EKS' API has created, so that they are found before the watch has them. */
    String ID_LABEL = "podidentity.io/association-id";

    String NOT_ALLOWED = "NotAllowed";
    String CONFLICT = "Conflict";
    String INVALID = "Invalid";

    /** The older one counts; its name decides between two of one second. */
    Comparator<PodIdentityAssociation> OLDEST_FIRST =
            Comparator.comparing(
                            (PodIdentityAssociation each) ->
                                    each.getMetadata().getCreationTimestamp())
                    .thenComparing(PodIdentityAssociation::name);

    /** The one of several resources for a service account that counts. */
    static Optional<PodIdentityAssociation> oldest(
            Collection<PodIdentityAssociation> forOneAccount) {
        return forOneAccount.stream().min(OLDEST_FIRST);
    }

    /**
     * The standing of a resource.
     *
     * @param oldest of those for the same service account
     * @param allowed the roles of its namespace; null allows any
     */
    static Standing of(
            PodIdentityAssociation resource,
            PodIdentityAssociation oldest,
            @Nullable AllowedRoles allowed,
            String cluster) {
        if (!oldest.name().equals(resource.name())) {
            return new Unusable(
                    CONFLICT,
                    "%s is older and names service account %s, too; delete one of them"
                            .formatted(oldest.name(), resource.getSpec().serviceAccount()));
        }
        if (allowed != null) {
            Optional<String> refused = refused(resource.getSpec(), allowed);
            if (refused.isPresent()) {
                return new Unusable(
                        NOT_ALLOWED, notAllowed(refused.get(), resource.namespace(), allowed));
            }
        }
        try {
            return new Usable(association(resource, cluster));
        } catch (IllegalArgumentException e) {
            return new Unusable(INVALID, String.valueOf(e.getMessage()));
        }
    }

    /** The id of the association that a resource is, whether it counts or not. */
    static String id(PodIdentityAssociation resource, String cluster) {
        return new Subject(cluster, resource.namespace(), resource.getSpec().serviceAccount()).id();
    }

    /**
     * The resource as an association.
     *
     * @throws IllegalArgumentException whose message says what is wrong with it
     */
    static RoleAssociation association(PodIdentityAssociation resource, String cluster) {
        Spec spec = resource.getSpec();
        return new RoleAssociation(
                new Subject(cluster, resource.namespace(), spec.serviceAccount()),
                new Grant(
                        spec.roleArn(),
                        spec.targetRoleArn(),
                        Boolean.TRUE.equals(spec.disableSessionTags()),
                        spec.policy()),
                Annotations.read(resource.getMetadata()));
    }

    private static Optional<String> refused(Spec spec, AllowedRoles allowed) {
        return Stream.of(Optional.of(spec.roleArn()), Optional.ofNullable(spec.targetRoleArn()))
                .flatMap(Optional::stream)
                .filter(role -> !allowed.allow(role))
                .findFirst();
    }

    private static String notAllowed(String role, String namespace, AllowedRoles allowed) {
        return allowed.text().isBlank()
                ? ("namespace %s may use no role: it has no annotation %s, which whoever administers"
                                + " the cluster sets, for example to %s")
                        .formatted(namespace, AllowedRoles.ANNOTATION, role)
                : "%s of namespace %s does not allow %s, only %s"
                        .formatted(AllowedRoles.ANNOTATION, namespace, role, allowed.text());
    }
}
