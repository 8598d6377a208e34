package io.podidentity.auth.associations;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What EKS' API stores about an association, and the exchange of tokens does not use.
 *
 * @param created null if written by hand
 * @param modified null if written by hand
 * @param requestToken of the request that created it; another with the same token changes nothing
 */
public record Metadata(
        Map<String, String> tags,
        @Nullable Instant created,
        @Nullable Instant modified,
        @Nullable String requestToken) {

    static final Metadata NONE = new Metadata(Map.of(), null, null, null);

    public Metadata {
        tags = new TreeMap<>(tags);
    }

    Metadata modifiedAt(Instant now) {
        return new Metadata(tags, created, now, requestToken);
    }
}
