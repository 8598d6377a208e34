package io.podidentity.auth.cluster;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The resource that gives a service account of its namespace a role. */
@Group(PodIdentityAssociation.GROUP)
@Version("v1alpha1")
@SuppressWarnings("serial") // Never serialized; records need not be serializable.
public final class PodIdentityAssociation
        extends CustomResource<PodIdentityAssociation.Spec, PodIdentityAssociation.Status>
        implements Namespaced {

    static final String GROUP = "podidentity.io";

    /** As its author wrote it. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Spec(
            String serviceAccount,
            String roleArn,
            @Nullable String targetRoleArn,
            @Nullable Boolean disableSessionTags,
            @Nullable String policy) {}

    /** What this service tells the author. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Status(
            @Nullable Long observedGeneration,
            @Nullable String associationId,
            @Nullable String associationArn,
            @Nullable String externalId,
            @Nullable String lastUsed,
            @Nullable List<Condition> conditions) {

        static final Status NONE = new Status(null, null, null, null, null, null);

        Optional<Condition> ready() {
            return conditions == null
                    ? Optional.empty()
                    : conditions.stream()
                            .filter(each -> each.type().equals(Condition.READY))
                            .findFirst();
        }
    }

    /** A condition, as Kubernetes' own resources have them. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Condition(
            String type,
            String status,
            String reason,
            String message,
            String lastTransitionTime,
            @Nullable Long observedGeneration) {

        static final String READY = "Ready";
    }

    @Override
    protected @Nullable Spec initSpec() {
        return null;
    }

    @Override
    protected @Nullable Status initStatus() {
        return null;
    }

    String namespace() {
        return getMetadata().getNamespace();
    }

    String name() {
        return getMetadata().getName();
    }

    Status statusOrNone() {
        return getStatus() == null ? Status.NONE : getStatus();
    }

    /** The service account as the key of indexes. */
    String account() {
        return account(namespace(), getSpec().serviceAccount());
    }

    static String account(String namespace, String serviceAccount) {
        return namespace + "/" + serviceAccount;
    }
}
