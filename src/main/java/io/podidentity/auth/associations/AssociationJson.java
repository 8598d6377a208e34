package io.podidentity.auth.associations;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Associations as the EKS API writes them.
 *
 * @param region that their ARNs name
 */
record AssociationJson(String region) {

    private static final double NANOS = 1e9;

    /** One association in full, wrapped as in answers. */
    JsonObject whole(RoleAssociation association) {
        Grant grant = association.grant();
        Metadata metadata = association.metadata();
        JsonObject json =
                summary(association)
                        .put("roleArn", grant.roleArn())
                        .put("disableSessionTags", grant.disableSessionTags())
                        .put("tags", new JsonObject(new TreeMap<>(metadata.tags())));
        put(json, "createdAt", seconds(metadata.created()));
        put(json, "modifiedAt", seconds(metadata.modified()));
        put(json, "policy", grant.policy());
        put(json, "targetRoleArn", grant.targetRoleArn());
        if (grant.targetRoleArn() != null) {
            json.put("externalId", association.externalId(region));
        }
        return new JsonObject().put("association", json);
    }

    /** The summary that lists hold. */
    JsonObject summary(RoleAssociation association) {
        return new JsonObject()
                .put("clusterName", association.cluster())
                .put("namespace", association.subject().namespace())
                .put("serviceAccount", association.subject().serviceAccount())
                .put("associationArn", association.arn(region))
                .put("associationId", association.id());
    }

    private static @Nullable Double seconds(@Nullable Instant instant) {
        return instant == null ? null : instant.getEpochSecond() + instant.getNano() / NANOS;
    }

    private static void put(JsonObject json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value);
        }
    }
}
