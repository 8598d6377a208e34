package io.podidentity.auth.injection;

import io.podidentity.auth.associations.Associations;
import io.podidentity.auth.injection.InjectionEvents.Result;
import io.podidentity.guard.RefusalLines;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Answers the API server about pods that are to be created: those whose service account has an
 * association are injected, and every one is let in.
 *
 * @param cluster that the API server belongs to
 */
public record Injection(
        Associations associations, String cluster, PodPatch patch, InjectionEvents events) {

    private static final Logger LOG = Logger.getLogger(Injection.class);
    private static final JsonArray NOTHING = new JsonArray();

    /**
     * The answer to a review. May block.
     *
     * @throws IOException if the body is no review; the message says why
     */
    public String answer(byte[] review) throws IOException {
        AdmissionReview.Request request = AdmissionReview.read(review);
        Pod pod = request.createdPod();
        String namespace = request.namespace();
        // A static pod has no service account, and may have no token.
        if (pod == null || namespace == null || pod.spec().serviceAccountName().isEmpty()) {
            return AdmissionReview.allowed(request.uid(), NOTHING, null);
        }
        String account = pod.spec().serviceAccountName();
        return switch (associations.find(cluster, namespace, account)) {
            case Associations.Lookup.None() ->
                    answer(request, NOTHING, Result.NO_ASSOCIATION, null);
            // Its exchange says why it is denied, and works as soon as it is not.
            case Associations.Lookup.Found _, Associations.Lookup.Denied _ -> inject(request, pod);
            case Associations.Lookup.Unavailable(String problem) -> {
                LOG.warnf(
                        "Pod %s of %s/%s was let in without injection: associations cannot be looked"
                                + " up: %s",
                        RefusalLines.shortened(pod.name()), namespace, account, problem);
                yield answer(
                        request,
                        NOTHING,
                        Result.UNAVAILABLE,
                        "The pod was not injected: pod identity associations cannot be looked up");
            }
        };
    }

    private String inject(AdmissionReview.Request request, Pod pod) {
        if (pod.isForWindows()) {
            LOG.infof(
                    "Pod %s of %s/%s has an association but is for Windows, and was not injected",
                    RefusalLines.shortened(pod.name()),
                    request.namespace(),
                    pod.spec().serviceAccountName());
            return answer(request, NOTHING, Result.WINDOWS, null);
        }
        JsonArray operations = patch.of(pod);
        LOG.debugf(
                "Pod %s of %s/%s got %d changes",
                RefusalLines.shortened(pod.name()),
                request.namespace(),
                pod.spec().serviceAccountName(),
                operations.size());
        return answer(
                request,
                operations,
                operations.isEmpty() ? Result.COMPLETE : Result.INJECTED,
                null);
    }

    private String answer(
            AdmissionReview.Request request,
            JsonArray operations,
            Result result,
            @Nullable String warning) {
        events.reviewed(result);
        return AdmissionReview.allowed(request.uid(), operations, warning);
    }
}
