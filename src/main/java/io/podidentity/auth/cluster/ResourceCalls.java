package io.podidentity.auth.cluster;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.podidentity.auth.associations.AssociationStore.Creation;
import io.podidentity.auth.associations.EksError;
import io.podidentity.auth.associations.Grant;
import io.podidentity.auth.associations.NotStorableException;
import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.cluster.PodIdentityAssociation.Spec;
import java.io.IOException;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Reads and writes resources as the API server has them now, which the watch may not know yet. */
final class ResourceCalls {

    private static final int MAX_TRIES = 5;
    // A resource's name has 253 characters at most, and "-" and six of the id follow.
    private static final int MAX_ACCOUNT_IN_NAME = 246;
    private static final int DIGITS_IN_NAME = 6;

    private final ClusterClient client;
    private final Watched watched;
    private final String cluster;

    ResourceCalls(ClusterClient client, Watched watched, String cluster) {
        this.client = client;
        this.watched = watched;
        this.cluster = cluster;
    }

    Optional<PodIdentityAssociation> live(String id) throws IOException {
        Optional<PodIdentityAssociation> known = watched.find(id);
        return calling(
                () ->
                        known.isPresent()
                                ? Optional.ofNullable(
                                        client.associations()
                                                .inNamespace(known.get().namespace())
                                                .withName(known.get().name())
                                                .get())
                                : Standing.oldest(
                                        client.associations()
                                                .inAnyNamespace()
                                                .withLabel(Standing.ID_LABEL, id)
                                                .list()
                                                .getItems()));
    }

    /** Empty where what the resource says is no association, which its status tells. */
    Optional<RoleAssociation> association(PodIdentityAssociation resource) {
        try {
            return Optional.of(stored(resource));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    Creation create(RoleAssociation wanted) throws IOException {
        Optional<RoleAssociation> there = live(wanted.id()).flatMap(this::association);
        if (there.isPresent()) {
            return new Creation(there.get(), false);
        }
        PodIdentityAssociation resource = new PodIdentityAssociation();
        resource.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace(wanted.subject().namespace())
                        .withName(name(wanted))
                        .addToLabels(Standing.ID_LABEL, wanted.id())
                        .build());
        write(wanted, resource);
        return calling(
                () -> {
                    try {
                        return new Creation(stored(client.api().resource(resource).create()), true);
                    } catch (KubernetesClientException e) {
                        if (e.getCode() != 409) {
                            throw e;
                        }
                        // The names that are made for one subject are the same.
                        return new Creation(
                                stored(client.api().resource(resource).require()), false);
                    }
                });
    }

    Optional<RoleAssociation> update(String id, UnaryOperator<RoleAssociation> change)
            throws IOException {
        return optimistically(
                id,
                resource -> {
                    write(change.apply(stored(resource)), resource);
                    return stored(client.api().resource(resource).update());
                });
    }

    Optional<RoleAssociation> delete(String id) throws IOException {
        return optimistically(
                id,
                resource -> {
                    RoleAssociation before = stored(resource);
                    String version = resource.getMetadata().getResourceVersion();
                    client.api().resource(resource).lockResourceVersion(version).delete();
                    return before;
                });
    }

    /** Changes a resource as it was read; where that has changed since, once more. */
    private Optional<RoleAssociation> optimistically(String id, Change change) throws IOException {
        for (int tries = 1; ; tries++) {
            Optional<PodIdentityAssociation> resource = live(id);
            if (resource.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(calling(() -> change.make(resource.get())));
            } catch (ChangedMeanwhile e) {
                if (tries == MAX_TRIES) {
                    throw new NotStorableException(
                            EksError.IN_USE, "Others keep changing the association " + id, e);
                }
            }
        }
    }

    private RoleAssociation stored(PodIdentityAssociation resource) {
        return Standing.association(resource, cluster);
    }

    private static void write(RoleAssociation association, PodIdentityAssociation resource) {
        Grant grant = association.grant();
        Annotations.write(association.metadata(), resource.getMetadata());
        resource.setSpec(
                new Spec(
                        association.subject().serviceAccount(),
                        grant.roleArn(),
                        grant.targetRoleArn(),
                        grant.disableSessionTags() ? true : null,
                        grant.policy()));
    }

    /** Speaks to people, and is the same for all who create an association for a subject. */
    private static String name(RoleAssociation association) {
        String account = association.subject().serviceAccount();
        String id = association.id();
        return account.substring(0, Math.min(account.length(), MAX_ACCOUNT_IN_NAME))
                        .replaceFirst("[^a-z0-9]+$", "")
                + "-"
                + id.substring(id.length() - DIGITS_IN_NAME);
    }

    private static <T> T calling(Call<T> call) throws IOException {
        try {
            return call.make();
        } catch (KubernetesClientException e) {
            String message = ClusterClient.message(e);
            throw switch (e.getCode()) {
                case 409 -> new ChangedMeanwhile(e);
                // The schema and admission policies, or there is no such namespace.
                case 404, 422 -> new NotStorableException(EksError.INVALID_PARAMETER, message, e);
                case 403 -> new NotStorableException(EksError.INVALID_REQUEST, message, e);
                default -> new IOException(ClusterClient.explain("podidentityassociations", e), e);
            };
        }
    }

    private interface Call<T> {
        T make() throws IOException;
    }

    private interface Change {
        RoleAssociation make(PodIdentityAssociation resource) throws IOException;
    }

    private static final class ChangedMeanwhile extends IOException {

        private static final long serialVersionUID = 1L;

        ChangedMeanwhile(KubernetesClientException e) {
            super(e);
        }
    }
}
