package io.podidentity.auth.cluster;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.podidentity.auth.associations.Associations.Freshness;
import io.podidentity.auth.cluster.PodIdentityAssociation.Status;
import io.podidentity.auth.cluster.Statuses.Report;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes statuses, one after another. Each replica does, after a moment of its own, and finds most
 * of them written; where two write at once, the API server refuses the second.
 */
final class StatusWriter implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(StatusWriter.class);
    private static final Duration SPREAD = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofSeconds(10);

    private final ClusterClient client;
    private final Watched watched;
    private final String cluster;
    private final Statuses statuses;
    private final Clock clock;
    private final Set<Key> queued = ConcurrentHashMap.newKeySet();
    private final Map<Key, Report> reports = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("association-status").factory());
    private boolean failing;

    StatusWriter(
            ClusterClient client, Watched watched, String cluster, Statuses statuses, Clock clock) {
        this.client = client;
        this.watched = watched;
        this.cluster = cluster;
        this.statuses = statuses;
        this.clock = clock;
    }

    /** Soon brings the status of a resource up to date. */
    void update(PodIdentityAssociation resource) {
        queue(
                Key.of(resource),
                Duration.ofMillis(ThreadLocalRandom.current().nextLong(SPREAD.toMillis())));
    }

    /** Takes what STS said into the status, unless that is there. */
    void report(PodIdentityAssociation resource, Report report) {
        if (Statuses.isNews(resource, report)) {
            reports.put(Key.of(resource), report);
            update(resource);
        }
    }

    private void queue(Key key, Duration delay) {
        if (queued.add(key) && !thread.isShutdown()) {
            var _ = thread.schedule(() -> write(key), delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void write(Key key) {
        queued.remove(key);
        if (watched.freshness() == Freshness.UNKNOWN) {
            queue(key, SPREAD);
            return;
        }
        Report report = reports.remove(key);
        try {
            watched.get(key.namespace(), key.name()).ifPresent(found -> write(found, report));
            failing = false;
        } catch (KubernetesClientException e) {
            failed(key, report, e);
        } catch (RuntimeException e) {
            LOG.errorf(e, "The status of %s is not written", key);
        }
    }

    private void write(PodIdentityAssociation found, @Nullable Report report) {
        Status next =
                statuses.next(found, watched.standing(found, cluster), report, clock.instant());
        if (next.equals(found.getStatus())) {
            return;
        }
        PodIdentityAssociation changed = new PodIdentityAssociation();
        changed.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace(found.namespace())
                        .withName(found.name())
                        .withResourceVersion(found.getMetadata().getResourceVersion())
                        .build());
        changed.setSpec(found.getSpec());
        changed.setStatus(next);
        var _ = client.api().resource(changed).updateStatus();
    }

    private void failed(Key key, @Nullable Report report, KubernetesClientException e) {
        switch (e.getCode()) {
            // Deleted meanwhile.
            case 404 -> {}
            case 409 -> again(key, report, SPREAD);
            default -> {
                if (!failing) {
                    failing = true;
                    LOG.warnf(
                            "The status of %s is not written: %s",
                            key, ClusterClient.explain("podidentityassociations/status", e));
                }
                again(key, report, RETRY);
            }
        }
    }

    private void again(Key key, @Nullable Report report, Duration delay) {
        if (report != null) {
            reports.putIfAbsent(key, report);
        }
        queue(key, delay);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private record Key(String namespace, String name) {

        static Key of(PodIdentityAssociation resource) {
            return new Key(resource.namespace(), resource.name());
        }

        @Override
        public String toString() {
            return namespace + "/" + name;
        }
    }
}
