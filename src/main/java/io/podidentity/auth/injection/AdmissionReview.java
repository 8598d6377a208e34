package io.podidentity.auth.injection;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What the API server asks a webhook, in version 1. */
@RegisterForReflection
record AdmissionReview(@Nullable String apiVersion, @Nullable Request request) {

    private static final String VERSION = "admission.k8s.io/v1";
    private static final ObjectReader READER =
            new ObjectMapper()
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .readerFor(AdmissionReview.class);

    /**
     * @param subResource empty for the object itself
     */
    @RegisterForReflection
    record Request(
            @Nullable String uid,
            @Nullable Kind kind,
            @Nullable String subResource,
            @Nullable String operation,
            @Nullable String namespace,
            @Nullable Pod object) {

        /** The pod that is to be created; null if the request is about something else. */
        @Nullable Pod createdPod() {
            return kind != null
                            && "Pod".equals(kind.kind())
                            && "".equals(kind.group())
                            && (subResource == null || subResource.isEmpty())
                            && "CREATE".equals(operation)
                    ? object
                    : null;
        }
    }

    @RegisterForReflection
    record Kind(@Nullable String group, @Nullable String kind) {}

    /**
     * Reads the request of a review.
     *
     * @throws IOException if it is none; the message says why, without what it holds
     */
    static Request read(byte[] body) throws IOException {
        AdmissionReview review;
        try {
            review = READER.readValue(body);
        } catch (IOException e) {
            throw new IOException("The body is not an AdmissionReview", e);
        }
        if (review == null || !VERSION.equals(review.apiVersion)) {
            throw new IOException("The body is not an AdmissionReview of " + VERSION);
        }
        Request request = review.request;
        if (request == null || request.uid == null) {
            throw new IOException("The AdmissionReview has no request");
        }
        return request;
    }

    /**
     * The answer, which lets the pod in.
     *
     * @param warning for whoever creates the pod; null for none
     */
    static String allowed(@Nullable String uid, JsonArray patch, @Nullable String warning) {
        JsonObject response = new JsonObject().put("uid", uid).put("allowed", true);
        if (!patch.isEmpty()) {
            byte[] operations = patch.encode().getBytes(StandardCharsets.UTF_8);
            response.put("patchType", "JSONPatch")
                    .put("patch", Base64.getEncoder().encodeToString(operations));
        }
        if (warning != null) {
            response.put("warnings", new JsonArray().add(warning));
        }
        return new JsonObject()
                .put("apiVersion", VERSION)
                .put("kind", "AdmissionReview")
                .put("response", response)
                .encode();
    }
}
