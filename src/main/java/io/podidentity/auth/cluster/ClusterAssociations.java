package io.podidentity.auth.cluster;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Listable;
import io.podidentity.auth.associations.AssociationStore;
import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.associations.Subject;
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

    private final String cluster;
    private final ClusterClient client;
    private final Watched watched;
    private final StatusWriter statuses;
    private final ResourceCalls calls;
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
        this.calls = new ResourceCalls(client, watched, cluster);
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
                .map(calls::association)
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public Optional<RoleAssociation> get(String ofCluster, String id) throws IOException {
        return serves(ofCluster) ? calls.live(id).flatMap(calls::association) : Optional.empty();
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
        return calls.create(wanted);
    }

    @Override
    public Optional<RoleAssociation> update(
            String ofCluster, String id, UnaryOperator<RoleAssociation> change) throws IOException {
        return serves(ofCluster) ? calls.update(id, change) : Optional.empty();
    }

    @Override
    public Optional<RoleAssociation> delete(String ofCluster, String id) throws IOException {
        return serves(ofCluster) ? calls.delete(id) : Optional.empty();
    }

    private void changed(PodIdentityAssociation resource) {
        statuses.update(resource);
    }

    private void report(RoleAssociation association, @Nullable String refusal) {
        Subject subject = association.subject();
        if (subject.cluster().equals(cluster)) {
            watched.find(subject.namespace(), subject.serviceAccount())
                    // It may be the file's, or another by now.
                    .filter(found -> calls.association(found).equals(Optional.of(association)))
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
            probe("podidentityassociations", otherwise, client.associations().inAnyNamespace());
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

    private boolean serves(String ofCluster) throws IOException {
        if (!ofCluster.equals(cluster)) {
            return false;
        }
        requireKnown();
        return true;
    }

    private void requireKnown() throws IOException {
        if (freshness() == Freshness.UNKNOWN) {
            throw new IOException("they have not been read from the API server yet");
        }
    }

    @Override
    public void close() {
        statuses.close();
        watched.close();
        client.close();
    }
}
