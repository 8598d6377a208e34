package io.podidentity.auth.associations;

import io.podidentity.auth.associations.ApiAnswer.Done;
import io.podidentity.auth.associations.ApiAnswer.Failed;
import io.podidentity.auth.associations.AssociationStore.Edit;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The EKS API's calls for associations, so that existing tools work. May block: never call it on an
 * event loop.
 */
public final class AssociationsApi {

    private final Set<String> clusters;
    private final AssociationStore associations;
    private final AssociationJson json;
    private final Clock clock;

    public AssociationsApi(
            Set<String> clusters, AssociationStore associations, String region, Clock clock) {
        this.clusters = Set.copyOf(clusters);
        this.associations = associations;
        this.json = new AssociationJson(region);
        this.clock = clock;
    }

    public ApiAnswer create(String cluster, @Nullable String body) {
        return answer(
                cluster,
                () -> {
                    AssociationRequest request = AssociationRequest.parse(body);
                    Instant now = now();
                    RoleAssociation wanted =
                            new RoleAssociation(
                                    request.subject(cluster),
                                    request.grant(),
                                    new Metadata(
                                            request.tags(),
                                            now,
                                            now,
                                            request.clientRequestToken()));
                    return associations.edit(all -> create(all, wanted));
                });
    }

    public ApiAnswer describe(String cluster, String id) {
        return answer(
                cluster,
                () ->
                        find(associations.all(), cluster, id)
                                .<ApiAnswer>map(found -> new Done(json.whole(found)))
                                .orElseGet(() -> unknown(cluster, id)));
    }

    public ApiAnswer list(String cluster, AssociationsPage.Query query) {
        return answer(
                cluster, () -> AssociationsPage.of(associations.all(), cluster, query).json(json));
    }

    public ApiAnswer update(String cluster, String id, @Nullable String body) {
        return answer(
                cluster,
                () -> {
                    AssociationRequest request = AssociationRequest.parse(body);
                    return change(
                            cluster,
                            id,
                            before ->
                                    Optional.of(
                                            new RoleAssociation(
                                                    before.subject(),
                                                    request.update(before.grant()),
                                                    before.metadata().modifiedAt(now()))));
                });
    }

    public ApiAnswer delete(String cluster, String id) {
        return answer(cluster, () -> change(cluster, id, before -> Optional.empty()));
    }

    private Edit<ApiAnswer> create(List<RoleAssociation> all, RoleAssociation wanted) {
        Optional<RoleAssociation> there = find(all, wanted.cluster(), wanted.id());
        if (there.isEmpty()) {
            List<RoleAssociation> more = new ArrayList<>(all);
            more.add(wanted);
            return new Edit<>(more, new Done(json.whole(wanted)));
        }
        String token = wanted.metadata().requestToken();
        boolean repeated = token != null && token.equals(there.get().metadata().requestToken());
        return new Edit<>(
                null,
                repeated
                        ? new Done(json.whole(there.get()))
                        : new Failed(
                                EksError.IN_USE, "Association already exists: " + wanted.id()));
    }

    /** Replaces or removes one association; answers with the new or the removed one. */
    private ApiAnswer change(
            String cluster, String id, Function<RoleAssociation, Optional<RoleAssociation>> change)
            throws IOException {
        return associations.edit(
                all -> {
                    Optional<RoleAssociation> before = find(all, cluster, id);
                    if (before.isEmpty()) {
                        return new Edit<>(null, unknown(cluster, id));
                    }
                    Optional<RoleAssociation> after = change.apply(before.get());
                    List<RoleAssociation> now = new ArrayList<>();
                    for (RoleAssociation each : all) {
                        if (!each.equals(before.get())) {
                            now.add(each);
                        } else {
                            after.ifPresent(now::add);
                        }
                    }
                    return new Edit<>(now, new Done(json.whole(after.orElse(before.get()))));
                });
    }

    private ApiAnswer answer(String cluster, DurableFile.Task<ApiAnswer> task) {
        if (!clusters.contains(cluster)) {
            return new Failed(EksError.NOT_FOUND, "No cluster found for name: " + cluster + ".");
        }
        try {
            return task.run();
        } catch (IllegalArgumentException e) {
            return new Failed(EksError.INVALID_PARAMETER, String.valueOf(e.getMessage()));
        } catch (ReadOnlyException e) {
            return new Failed(EksError.INVALID_REQUEST, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new Failed(
                    EksError.SERVER, "The associations cannot be used: " + e.getMessage());
        }
    }

    private static Optional<RoleAssociation> find(
            List<RoleAssociation> all, String cluster, String id) {
        return all.stream()
                .filter(each -> each.cluster().equals(cluster) && each.id().equals(id))
                .findFirst();
    }

    private static ApiAnswer unknown(String cluster, String id) {
        return new Failed(
                EksError.NOT_FOUND,
                "Association with id %s not found in cluster %s.".formatted(id, cluster));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
