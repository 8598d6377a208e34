package io.podidentity.auth.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.podidentity.auth.associations.Associations.Freshness;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The resources and namespaces of the cluster, kept current by watches. */
final class Watched implements AutoCloseable {

    private static final String ACCOUNT = "account";
    private static final String ID = "id";
    private static final long PAGE = 500;

    private final boolean anyRole;
    private final SharedIndexInformer<PodIdentityAssociation> resources;
    private final SharedIndexInformer<Namespace> namespaces;

    /**
     * @param anyRole whether each namespace may use any role
     * @param changed is told of resources whose standing may have changed
     */
    Watched(
            KubernetesClient client,
            String cluster,
            boolean anyRole,
            Consumer<PodIdentityAssociation> changed) {
        this.anyRole = anyRole;
        this.resources =
                informer(
                                client.resources(PodIdentityAssociation.class)
                                        .inAnyNamespace()
                                        .withLimit(PAGE))
                        .addIndexers(
                                Map.of(
                                        ACCOUNT,
                                        each -> List.of(each.account()),
                                        ID,
                                        each -> List.of(Standing.id(each, cluster))));
        this.namespaces = informer(client.namespaces().withLimit(PAGE));
        resources.addEventHandler(each(resource -> ofAccount(resource).forEach(changed)));
        namespaces.addEventHandler(
                each(
                        namespace ->
                                resources
                                        .getIndexer()
                                        .byIndex(
                                                Cache.NAMESPACE_INDEX,
                                                namespace.getMetadata().getName())
                                        .forEach(changed)));
    }

    void start() {
        var _ = namespaces.start();
        var _ = resources.start();
    }

    Freshness freshness() {
        if (!resources.hasSynced() || !namespaces.hasSynced()) {
            return Freshness.UNKNOWN;
        }
        return resources.isWatching() && namespaces.isWatching()
                ? Freshness.CURRENT
                : Freshness.STALE;
    }

    List<PodIdentityAssociation> all() {
        return resources.getStore().list();
    }

    Optional<PodIdentityAssociation> get(String namespace, String name) {
        return Optional.ofNullable(resources.getStore().getByKey(namespace + "/" + name));
    }

    /** The one that counts of those for a service account. */
    Optional<PodIdentityAssociation> find(String namespace, String serviceAccount) {
        return Standing.oldest(
                resources
                        .getIndexer()
                        .byIndex(
                                ACCOUNT,
                                PodIdentityAssociation.account(namespace, serviceAccount)));
    }

    /** The one that counts of those with an id. */
    Optional<PodIdentityAssociation> find(String id) {
        return Standing.oldest(resources.getIndexer().byIndex(ID, id));
    }

    Standing standing(PodIdentityAssociation resource, String cluster) {
        PodIdentityAssociation oldest = Standing.oldest(ofAccount(resource)).orElse(resource);
        return Standing.of(
                resource, oldest, anyRole ? null : allowed(resource.namespace()), cluster);
    }

    private AllowedRoles allowed(String namespace) {
        return Optional.ofNullable(namespaces.getStore().getByKey(namespace))
                .map(each -> each.getMetadata().getAnnotations())
                .map(annotations -> AllowedRoles.parse(annotations.get(AllowedRoles.ANNOTATION)))
                .orElse(AllowedRoles.NONE);
    }

    private List<PodIdentityAssociation> ofAccount(PodIdentityAssociation resource) {
        return resources.getIndexer().byIndex(ACCOUNT, resource.account());
    }

    private static <T extends HasMetadata> SharedIndexInformer<T> informer(Informable<T> kind) {
        return kind.runnableInformer(0)
                .itemStore(new Slim<>())
                // Why is told by whoever looks at the freshness.
                .exceptionHandler((started, problem) -> true);
    }

    private static <T> ResourceEventHandler<T> each(Consumer<T> task) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(T added) {
                task.accept(added);
            }

            @Override
            public void onUpdate(T before, T after) {
                task.accept(after);
            }

            @Override
            public void onDelete(T deleted, boolean lastStateUnknown) {
                task.accept(deleted);
            }
        };
    }

    @Override
    public void close() {
        resources.close();
        namespaces.close();
    }

    /** Holds nothing that nobody looks at, which is most of an object. */
    private static final class Slim<T extends HasMetadata> extends BasicItemStore<T> {

        Slim() {
            super(Cache::metaNamespaceKeyFunc);
        }

        @Override
        public @Nullable T put(String key, T item) {
            item.getMetadata().setManagedFields(null);
            if (item instanceof Namespace namespace) {
                namespace.setSpec(null);
                namespace.setStatus(null);
                namespace.getMetadata().setLabels(null);
            }
            return super.put(key, item);
        }
    }
}
