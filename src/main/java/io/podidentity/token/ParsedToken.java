package io.podidentity.token;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A parsed token, shared by reader and verifier, so that the claims used are the claims verified.
 *
 * @param subject the claim {@code sub}
 */
record ParsedToken(@Nullable String subject, ServiceAccountToken token) {

    // Projected tokens have 1-2 KB.
    private static final int MAX_LENGTH = 16 * 1024;
    // Theirs have 3; each takes a part of the caller's stack.
    private static final int MAX_DEPTH = 32;
    private static final Pattern SUBJECT = Pattern.compile("system:serviceaccount:([^:]+):([^:]+)");

    /** jose4j allocates 100 KB a token, this 9. Nobody's names are kept for the next one. */
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build();

    /** Empty if it is not a JWT. Without a reason: the library's messages quote tokens. */
    static Optional<ParsedToken> of(String raw) {
        if (raw.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse(raw));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static ParsedToken parse(String raw) throws IOException {
        int header = raw.indexOf('.');
        int payload = raw.indexOf('.', header + 1);
        if (raw.indexOf('.', payload + 1) >= 0) {
            throw new IOException("more than three segments");
        }
        Map<String, Object> names = document(raw.substring(0, header));
        if (!(names.get("alg") instanceof String)) {
            throw new IOException("no alg");
        }
        Map<String, Object> claims = document(raw.substring(header + 1, payload));
        Map<?, ?> kubernetes = object(claims.get("kubernetes.io"));
        Map<?, ?> pod = object(kubernetes.get("pod"));
        String subject = (String) claims.get("sub");
        Matcher account = SUBJECT.matcher(subject == null ? "" : subject);
        boolean named = account.matches();
        return new ParsedToken(
                subject,
                new ServiceAccountToken(
                        raw,
                        (String) names.get("kid"),
                        (String) claims.get("iss"),
                        texts(claims.get("aud")),
                        instant(claims.get("exp")),
                        instant(claims.get("nbf")),
                        text(kubernetes, "namespace", named ? account.group(1) : null),
                        text(
                                object(kubernetes.get("serviceaccount")),
                                "name",
                                named ? account.group(2) : null),
                        text(pod, "name", null),
                        text(pod, "uid", null)));
    }

    private static Map<String, Object> document(String encoded) throws IOException {
        // Of bytes it would guess the encoding; RFC 7519 leaves no choice.
        String text = new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8);
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("no object");
            }
            Map<String, Object> members = members(json);
            if (json.nextToken() != null) {
                throw new IOException("more than an object");
            }
            return members;
        }
    }

    private static Map<String, Object> members(JsonParser json) throws IOException {
        Map<String, Object> members = new HashMap<>();
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            members.put(name, value(json, json.nextToken()));
        }
        return members;
    }

    private static @Nullable Object value(JsonParser json, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> members(json);
            case START_ARRAY -> elements(json);
            case VALUE_STRING -> json.getText();
            // Exact for times.
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            case VALUE_NULL -> null;
            default -> json.getBooleanValue();
        };
    }

    private static List<Object> elements(JsonParser json) throws IOException {
        List<Object> elements = new ArrayList<>();
        for (JsonToken token = json.nextToken();
                token != JsonToken.END_ARRAY;
                token = json.nextToken()) {
            elements.add(value(json, token));
        }
        return elements;
    }

    private static Map<?, ?> object(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static @Nullable String text(Map<?, ?> object, String key, @Nullable String otherwise) {
        return object.get(key) instanceof String text ? text : otherwise;
    }

    private static List<String> texts(@Nullable Object value) {
        return switch (value) {
            case null -> List.of();
            case List<?> several -> several.stream().map(String.class::cast).toList();
            default -> List.of((String) value);
        };
    }

    private static @Nullable Instant instant(@Nullable Object seconds) {
        return seconds == null ? null : Instant.ofEpochSecond(((Double) seconds).longValue());
    }
}
