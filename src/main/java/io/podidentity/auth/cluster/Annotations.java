package io.podidentity.auth.cluster;

import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.podidentity.auth.associations.Metadata;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What EKS' API stores about an association, as a resource's metadata. */
final class Annotations {

    private static final String TAGS = "podidentity.io/tags";
    private static final String REQUEST_TOKEN = "podidentity.io/client-request-token";

    private Annotations() {}

    static Metadata read(ObjectMeta of) {
        Instant created = Instant.parse(of.getCreationTimestamp());
        Map<String, String> annotations = Objects.requireNonNullElse(of.getAnnotations(), Map.of());
        return new Metadata(
                tags(annotations.get(TAGS)),
                created,
                modified(of, created),
                annotations.get(REQUEST_TOKEN));
    }

    /** Adds the annotations to those that are there. */
    static void write(Metadata metadata, ObjectMeta to) {
        Map<String, String> annotations = new HashMap<>();
        if (to.getAnnotations() != null) {
            annotations.putAll(to.getAnnotations());
        }
        if (!metadata.tags().isEmpty()) {
            annotations.put(TAGS, new JsonObject(new TreeMap<>(metadata.tags())).encode());
        }
        if (metadata.requestToken() != null) {
            annotations.put(REQUEST_TOKEN, metadata.requestToken());
        }
        to.setAnnotations(annotations);
    }

    /** Whoever changed it last, by kubectl or through the API; a status is no change. */
    private static Instant modified(ObjectMeta of, Instant created) {
        return of.getManagedFields() == null
                ? created
                : of.getManagedFields().stream()
                        .filter(each -> each.getSubresource() == null)
                        .map(ManagedFieldsEntry::getTime)
                        .filter(Objects::nonNull)
                        .map(Instant::parse)
                        .max(Instant::compareTo)
                        .orElse(created);
    }

    private static Map<String, String> tags(@Nullable String text) {
        Map<String, String> tags = new TreeMap<>();
        try {
            if (text != null) {
                new JsonObject(text)
                        .forEach(tag -> tags.put(tag.getKey(), String.valueOf(tag.getValue())));
            }
        } catch (DecodeException e) {
            // Edited by hand; nothing depends on it.
        }
        return tags;
    }
}
