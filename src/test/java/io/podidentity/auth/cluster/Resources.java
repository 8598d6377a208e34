package io.podidentity.auth.cluster;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.podidentity.auth.cluster.PodIdentityAssociation.Spec;
import io.podidentity.auth.cluster.PodIdentityAssociation.Status;
import org.jspecify.annotations.Nullable;

/** Resources as an API server has them. */
final class Resources {

    static final String ROLE = "arn:aws:iam::123456789012:role/orders";
    static final String OTHER = "arn:aws:iam::123456789012:role/other";

    private Resources() {}

    /** For service account orders of namespace shop. */
    static PodIdentityAssociation orders(String name, String created) {
        return of(name, created, new Spec("orders", ROLE, null, null, null));
    }

    static PodIdentityAssociation of(String name, String created, Spec spec) {
        PodIdentityAssociation resource = new PodIdentityAssociation();
        resource.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace("shop")
                        .withName(name)
                        .withCreationTimestamp(created)
                        .withGeneration(1L)
                        .build());
        resource.setSpec(spec);
        return resource;
    }

    /** The same with a status, and perhaps another generation. */
    static PodIdentityAssociation with(
            PodIdentityAssociation resource, @Nullable Status status, long generation) {
        PodIdentityAssociation changed =
                of(
                        resource.name(),
                        resource.getMetadata().getCreationTimestamp(),
                        resource.getSpec());
        changed.getMetadata().setGeneration(generation);
        changed.setStatus(status);
        return changed;
    }
}
