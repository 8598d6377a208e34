package io.podidentity.auth.associations;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a cluster's associations, ordered by id so that pages stay consistent across changes.
 *
 * @param next token of the next page; null on the last
 */
public record AssociationsPage(List<RoleAssociation> associations, @Nullable String next) {

    private static final int MAX_RESULTS = 100;

    /**
     * Filters of a list; null matches everything.
     *
     * @param after token from the previous page
     */
    public record Query(
            @Nullable String namespace,
            @Nullable String serviceAccount,
            @Nullable String maxResults,
            @Nullable String after) {}

    /**
     * @throws IllegalArgumentException whose message says what is wrong with the query
     */
    static AssociationsPage of(List<RoleAssociation> all, String cluster, Query query) {
        int size = size(query.maxResults);
        String after = query.after == null ? "" : id(query.after);
        List<RoleAssociation> rest =
                all.stream()
                        .filter(each -> each.cluster().equals(cluster))
                        .filter(each -> wanted(query.namespace, each.subject().namespace()))
                        .filter(
                                each ->
                                        wanted(
                                                query.serviceAccount,
                                                each.subject().serviceAccount()))
                        .filter(each -> each.id().compareTo(after) > 0)
                        .sorted(Comparator.comparing(RoleAssociation::id))
                        .toList();
        if (rest.size() <= size) {
            return new AssociationsPage(rest, null);
        }
        List<RoleAssociation> page = rest.subList(0, size);
        return new AssociationsPage(page, token(page.getLast().id()));
    }

    ApiAnswer json(AssociationJson writer) {
        JsonArray written = new JsonArray();
        associations.forEach(each -> written.add(writer.summary(each)));
        JsonObject body = new JsonObject().put("associations", written);
        if (next != null) {
            body.put("nextToken", next);
        }
        return new ApiAnswer.Done(body);
    }

    private static boolean wanted(@Nullable String filter, String value) {
        return filter == null || filter.equals(value);
    }

    private static int size(@Nullable String text) {
        try {
            int size = text == null ? MAX_RESULTS : Integer.parseInt(text);
            if (size >= 1 && size <= MAX_RESULTS) {
                return size;
            }
        } catch (NumberFormatException e) {
            // Rejected below.
        }
        throw new IllegalArgumentException("maxResults must be a number from 1 to " + MAX_RESULTS);
    }

    private static String token(String id) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id.getBytes(UTF_8));
    }

    private static String id(String token) {
        try {
            String id = new String(Base64.getUrlDecoder().decode(token), UTF_8);
            if (id.startsWith("a-")) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // Rejected below.
        }
        throw new IllegalArgumentException("nextToken is not one that this service has given");
    }
}
