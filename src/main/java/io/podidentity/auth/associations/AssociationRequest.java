package io.podidentity.auth.associations;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request to create or update an association; absent fields are null.
 *
 * @param targetRoleArn empty to remove it
 * @param policy empty to remove it
 */
record AssociationRequest(
        @Nullable String namespace,
        @Nullable String serviceAccount,
        @Nullable String roleArn,
        @Nullable String targetRoleArn,
        @Nullable Boolean disableSessionTags,
        @Nullable String policy,
        @Nullable String clientRequestToken,
        Map<String, String> tags) {

    private static final int MAX_TAGS = 50;

    /**
     * @throws IllegalArgumentException whose message says what is wrong with it
     */
    static AssociationRequest parse(@Nullable String body) {
        try {
            JsonObject json = new JsonObject(body == null || body.isEmpty() ? "{}" : body);
            return new AssociationRequest(
                    json.getString("namespace"),
                    json.getString("serviceAccount"),
                    json.getString("roleArn"),
                    json.getString("targetRoleArn"),
                    json.getBoolean("disableSessionTags"),
                    json.getString("policy"),
                    json.getString("clientRequestToken"),
                    tags(json.getJsonObject("tags")));
        } catch (DecodeException e) {
            throw new IllegalArgumentException("The body is not a JSON object", e);
        } catch (ClassCastException e) {
            throw new IllegalArgumentException("A field of the body is of the wrong type", e);
        }
    }

    /**
     * @throws IllegalArgumentException whose message says what is missing or wrong
     */
    Subject subject(String cluster) {
        return new Subject(
                cluster,
                present("namespace", namespace),
                present("serviceAccount", serviceAccount));
    }

    /**
     * @throws IllegalArgumentException whose message says what is missing or wrong
     */
    Grant grant() {
        return new Grant(
                present("roleArn", roleArn),
                unlessEmpty(targetRoleArn),
                Boolean.TRUE.equals(disableSessionTags),
                unlessEmpty(policy));
    }

    /**
     * The grant with the changes of this request.
     *
     * @throws IllegalArgumentException whose message says what is wrong
     */
    Grant update(Grant before) {
        return new Grant(
                roleArn == null ? before.roleArn() : roleArn,
                targetRoleArn == null ? before.targetRoleArn() : unlessEmpty(targetRoleArn),
                disableSessionTags == null ? before.disableSessionTags() : disableSessionTags,
                policy == null ? before.policy() : unlessEmpty(policy));
    }

    private static @Nullable String unlessEmpty(@Nullable String value) {
        return value == null || value.isEmpty() ? null : value;
    }

    private static String present(String field, @Nullable String value) {
        if (value == null) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return value;
    }

    private static Map<String, String> tags(@Nullable JsonObject json) {
        Map<String, String> tags = new TreeMap<>();
        if (json != null) {
            json.fieldNames().forEach(name -> tags.put(name, json.getString(name)));
        }
        if (tags.size() > MAX_TAGS) {
            throw new IllegalArgumentException("tags must be " + MAX_TAGS + " at most");
        }
        return tags;
    }
}
