package io.podidentity.auth.associations;

import io.podidentity.auth.associations.ApiAnswer.Done;
import io.podidentity.auth.associations.ApiAnswer.Failed;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
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
                    return created(wanted, associations.create(wanted));
                });
    }

    public ApiAnswer describe(String cluster, String id) {
        return answer(cluster, () -> answer(associations.get(cluster, id), cluster, id));
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
                    return answer(
                            associations.update(
                                    cluster,
                                    id,
                                    before ->
                                            new RoleAssociation(
                                                    before.subject(),
                                                    request.update(before.grant()),
                                                    before.metadata().modifiedAt(now()))),
                            cluster,
                            id);
                });
    }

    public ApiAnswer delete(String cluster, String id) {
        return answer(cluster, () -> answer(associations.delete(cluster, id), cluster, id));
    }

    private ApiAnswer created(RoleAssociation wanted, AssociationStore.Creation creation) {
        RoleAssociation stored = creation.association();
        String token = wanted.metadata().requestToken();
        boolean repeated = token != null && token.equals(stored.metadata().requestToken());
        return creation.isNew() || repeated
                ? new Done(json.whole(stored))
                : new Failed(EksError.IN_USE, "Association already exists: " + wanted.id());
    }

    private ApiAnswer answer(Optional<RoleAssociation> association, String cluster, String id) {
        return association
                .<ApiAnswer>map(found -> new Done(json.whole(found)))
                .orElseGet(
                        () ->
                                new Failed(
                                        EksError.NOT_FOUND,
                                        "Association with id %s not found in cluster %s."
                                                .formatted(id, cluster)));
    }

    private ApiAnswer answer(String cluster, DurableFile.Task<ApiAnswer> task) {
        if (!clusters.contains(cluster)) {
            return new Failed(EksError.NOT_FOUND, "No cluster found for name: " + cluster + ".");
        }
        try {
            return task.run();
        } catch (IllegalArgumentException e) {
            return new Failed(EksError.INVALID_PARAMETER, String.valueOf(e.getMessage()));
        } catch (NotStorableException e) {
            return new Failed(e.error(), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new Failed(
                    EksError.SERVER, "The associations cannot be used: " + e.getMessage());
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
