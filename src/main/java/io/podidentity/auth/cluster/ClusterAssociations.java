package io.podidentity.auth.cluster;

import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Listable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.podidentity.auth.associations.AssociationStore;
import io.podidentity.auth.associations.EksError;
import io.podidentity.auth.associations.Grant;
import io.podidentity.auth.associations.NotStorableException;
import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.associations.Subject;
import io.podidentity.auth.cluster.PodIdentityAssociation.Spec;
import io.podidentity.auth.cluster.Standing.Unusable;
import io.podidentity.auth.cluster.Standing.Usable;
import io.podidentity.auth.cluster.Statuses.Report;
import io.podidentity.schedule.Backoff;
import io.podidentity.schedule.Repeating;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The associations of the cluster that this service runs in: its {@link PodIdentityAssociation}
 * resources. Look-ups are answered from a watch, and EKS' API reads and writes the resources.
 */
public final class ClusterAssociations implements AssociationStore, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ClusterAssociations.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    private static final int MAX_TRIES = 5;
    // A resource's name has 253 characters at most, and "-" and six of the id follow.
    private static final int MAX_ACCOUNT_IN_NAME = 246;
    private static final int DIGITS_IN_NAME = 6;

    private final String cluster;
    private final ClusterClient client;
    private final Watched watched;
    private final StatusWriter statuses;
    private final Clock clock;
    private Freshness told = Freshness.UNKNOWN;

    /**
     * Starts to watch.
     *
     * @param cluster the name of the cluster in which this service runs
     * @param account the folder of the service's own projected token and the cluster's authorities
     * @param region that ARNs of associations name
     * @param anyRole whether the resources of each namespace may name any role
     * @throws IOException if the service has no token
     */
    public ClusterAssociations(
            Vertx vertx,
            URI apiServer,
            Path account,
            String cluster,
            String region,
            boolean anyRole,
            Repeating.Scheduler scheduler,
            Clock clock)
            throws IOException {
        this.cluster = cluster;
        this.clock = clock;
        this.client = new ClusterClient(vertx, apiServer, account);
        this.watched = new Watched(client.api(), cluster, anyRole, this::changed);
        this.statuses = new StatusWriter(client, watched, cluster, new Statuses(region), clock);
        watched.start();
        var _ =
                Repeating.untilDone(
                        new Backoff(CHECK_INTERVAL, CHECK_INTERVAL),
                        scheduler,
                        this::check,
                        problem -> LOG.warn(problem.getMessage()));
    }

    @Override
    public Lookup find(String ofCluster, String namespace, String serviceAccount) {
        if (!ofCluster.equals(cluster)) {
            return new Lookup.None();
        }
        if (freshness() == Freshness.UNKNOWN) {
            return new Lookup.Unavailable("they have not been read from the API server yet");
        }
        return watched.find(namespace, serviceAccount)
                .<Lookup>map(
                        resource ->
                                switch (watched.standing(resource, cluster)) {
                                    case Usable(RoleAssociation association) ->
                                            new Lookup.Found(association);
                                    case Unusable(String reason, String message) ->
                                            new Lookup.Denied(
                                                    "The PodIdentityAssociation %s of %s/%s is not used (%s): %s"
                                                            .formatted(
                                                                    resource.name(),
                                                                    namespace,
                                                                    serviceAccount,
                                                                    reason,
                                                                    message));
                                })
                .orElseGet(Lookup.None::new);
    }

    @Override
    public void used(RoleAssociation association) {
        report(association, null);
    }

    @Override
    public void refused(RoleAssociation association, String problem) {
        report(association, problem);
    }

    @Override
    public Freshness freshness() {
        return watched.freshness();
    }

    /** Those that count, allowed or not. */
    @Override
    public List<RoleAssociation> all() throws IOException {
        requireKnown();
        Map<String, List<PodIdentityAssociation>> accounts =
                watched.all().stream()
                        .collect(Collectors.groupingBy(PodIdentityAssociation::account));
        return accounts.values().stream()
                .map(Standing::oldest)
                .flatMap(Optional::stream)
                .map(this::association)
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public Optional<RoleAssociation> get(String ofCluster, String id) throws IOException {
        return calling(() -> live(ofCluster, id)).flatMap(this::association);
    }

    @Override
    public Creation create(RoleAssociation wanted) throws IOException {
        Subject subject = wanted.subject();
        if (!subject.cluster().equals(cluster) || !subject.isExact()) {
            throw new IllegalArgumentException(
                    "only service accounts of cluster %s have resources; give %s in a file"
                            .formatted(cluster, subject));
        }
        requireKnown();
        Optional<RoleAssociation> there = get(cluster, wanted.id());
        if (there.isPresent()) {
            return new Creation(there.get(), false);
        }
        PodIdentityAssociation resource = new PodIdentityAssociation();
        resource.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace(subject.namespace())
                        .withName(name(wanted))
                        .addToLabels(Standing.ID_LABEL, wanted.id())
                        .build());
        Annotations.write(wanted.metadata(), resource.getMetadata());
        resource.setSpec(spec(subject, wanted.grant()));
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

    @Override
    public Optional<RoleAssociation> update(
            String ofCluster, String id, UnaryOperator<RoleAssociation> change) throws IOException {
        return optimistically(
                ofCluster,
                id,
                resource -> {
                    RoleAssociation after = change.apply(stored(resource));
                    Annotations.write(after.metadata(), resource.getMetadata());
                    resource.setSpec(spec(after.subject(), after.grant()));
                    return stored(client.api().resource(resource).update());
                });
    }

    @Override
    public Optional<RoleAssociation> delete(String ofCluster, String id) throws IOException {
        return optimistically(
                ofCluster,
                id,
                resource -> {
                    RoleAssociation before = stored(resource);
                    String version = resource.getMetadata().getResourceVersion();
                    client.api().resource(resource).lockResourceVersion(version).delete();
                    return before;
                });
    }

    private void changed(PodIdentityAssociation resource) {
        statuses.update(resource);
    }

    private void report(RoleAssociation association, @Nullable String refusal) {
        Subject subject = association.subject();
        if (subject.cluster().equals(cluster)) {
            watched.find(subject.namespace(), subject.serviceAccount())
                    // It may be the file's, or another by now.
                    .filter(found -> association(found).equals(Optional.of(association)))
                    .ifPresent(
                            found -> statuses.report(found, new Report(clock.instant(), refusal)));
        }
    }

    /**
     * Looks at the watches, and asks the API server what is wrong if they are down.
     *
     * @return false, to be called again
     */
    private boolean check() throws IOException {
        client.refreshToken();
        Freshness now = freshness();
        Freshness before = told;
        told = now;
        if (now == Freshness.CURRENT) {
            if (before != Freshness.CURRENT) {
                LOG.infof("%d PodIdentityAssociations are watched", watched.all().size());
            }
        } else if (now == before) {
            // No reconnect of a moment.
            String otherwise =
                    now == Freshness.STALE
                            ? "what was known is served on"
                            : "nobody is served before they have been read";
            probe("podidentityassociations", otherwise, resources().inAnyNamespace());
            probe("namespaces", otherwise, client.api().namespaces());
        }
        return false;
    }

    private static void probe(String kind, String otherwise, Listable<?> all) throws IOException {
        try {
            var _ = all.list(new ListOptionsBuilder().withLimit(1L).build());
        } catch (KubernetesClientException e) {
            throw new IOException(
                    "%s are not watched: %s; %s"
                            .formatted(kind, ClusterClient.explain(kind, e), otherwise),
                    e);
        }
    }

    private MixedOperation<
                    PodIdentityAssociation,
                    KubernetesResourceList<PodIdentityAssociation>,
                    Resource<PodIdentityAssociation>>
            resources() {
        return client.api().resources(PodIdentityAssociation.class);
    }

    private void requireKnown() throws IOException {
        if (freshness() == Freshness.UNKNOWN) {
            throw new IOException("they have not been read from the API server yet");
        }
    }

    /** As the API server has it now, which the watch may not know yet. */
    private Optional<PodIdentityAssociation> live(String ofCluster, String id) throws IOException {
        if (!ofCluster.equals(cluster)) {
            return Optional.empty();
        }
        requireKnown();
        Optional<PodIdentityAssociation> known = watched.find(id);
        return known.isPresent()
                ? Optional.ofNullable(
                        resources()
                                .inNamespace(known.get().namespace())
                                .withName(known.get().name())
                                .get())
                : Standing.oldest(
                        resources()
                                .inAnyNamespace()
                                .withLabel(Standing.ID_LABEL, id)
                                .list()
                                .getItems());
    }

    /** Changes a resource as it was read; where that has changed since, once more. */
    private Optional<RoleAssociation> optimistically(String ofCluster, String id, Change change)
            throws IOException {
        for (int tries = 1; ; tries++) {
            Optional<PodIdentityAssociation> resource = calling(() -> live(ofCluster, id));
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

    private Optional<RoleAssociation> association(PodIdentityAssociation resource) {
        try {
            return Optional.of(stored(resource));
        } catch (IllegalArgumentException e) {
            // Its status says so.
            return Optional.empty();
        }
    }

    private RoleAssociation stored(PodIdentityAssociation resource) {
        return Standing.association(resource, cluster);
    }

    private static Spec spec(Subject subject, Grant grant) {
        return new Spec(
                subject.serviceAccount(),
                grant.roleArn(),
                grant.targetRoleArn(),
                grant.disableSessionTags() ? true : null,
                grant.policy());
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

    @Override
    public void close() {
        statuses.close();
        watched.close();
        client.close();
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
