package io.podidentity.auth.associations;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What an association grants.
 *
 * @param roleArn the role that the service assumes
 * @param targetRoleArn the role that the first one then assumes, whose session the pod gets; null
 *     for the first one's own
 * @param disableSessionTags whether sessions carry no session tags
 * @param policy a session policy as JSON, which narrows what the session may do; null for none. As
 *     in EKS, only for sessions without tags
 */
public record Grant(
        String roleArn,
        @Nullable String targetRoleArn,
        boolean disableSessionTags,
        @Nullable String policy) {

    public Grant {
        RoleArn.parse("roleArn", roleArn);
        if (targetRoleArn != null) {
            RoleArn.parse("targetRoleArn", targetRoleArn);
        }
        if (policy != null) {
            requireJson(policy);
            if (!disableSessionTags) {
                throw new IllegalArgumentException("policy needs disableSessionTags: true");
            }
        }
    }

    /** The role whose session the pod gets. */
    public RoleArn sessionRole() {
        return targetRoleArn == null
                ? RoleArn.parse("roleArn", roleArn)
                : RoleArn.parse("targetRoleArn", targetRoleArn);
    }

    private static void requireJson(String policy) {
        try {
            var _ = new JsonObject(policy);
        } catch (DecodeException e) {
            throw new IllegalArgumentException("policy must be a JSON object", e);
        }
    }
}
