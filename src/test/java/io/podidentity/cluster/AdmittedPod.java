package io.podidentity.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A pod as the API server lets it in, without what differs from one creation to the next. */
record AdmittedPod(ObjectNode json) {

    private static final Pattern RANDOM_NAME = Pattern.compile("kube-api-access-[a-z0-9]{5}");
    private static final String VOLUME = "eks-pod-identity-token";
    private static final Set<String> VARIABLES =
            Set.of(
                    "AWS_STS_REGIONAL_ENDPOINTS",
                    "AWS_DEFAULT_REGION",
                    "AWS_REGION",
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");

    static AdmittedPod of(JsonNode answer) throws java.io.IOException {
        ObjectNode pod =
                (ObjectNode)
                        InjectionIT.JSON.readTree(
                                RANDOM_NAME
                                        .matcher(answer.toString())
                                        .replaceAll("kube-api-access-xxxxx"));
        ((ObjectNode) pod.get("metadata"))
                .remove(
                        List.of(
                                "uid",
                                "creationTimestamp",
                                "managedFields",
                                "namespace",
                                "generation"));
        pod.remove("status");
        return new AdmittedPod(pod);
    }

    String name() {
        return json.at("/metadata/name").asText();
    }

    boolean hasLabel() {
        return json.at("/metadata/labels")
                .path("eks.amazonaws.com/pod-identity")
                .asText()
                .equals("enabled");
    }

    /** This one without what injection may have added to that one. */
    ObjectNode withoutInjection(AdmittedPod before) {
        ObjectNode stripped = json.deepCopy();
        JsonNode labels = before.json.at("/metadata/labels");
        String label = "eks.amazonaws.com/pod-identity";
        if (stripped.at("/metadata/labels") instanceof ObjectNode now) {
            if (labels.has(label)) {
                now.set(label, labels.get(label));
            } else {
                now.remove(label);
            }
            if (now.isEmpty() && labels.isMissingNode()) {
                ((ObjectNode) stripped.get("metadata")).remove("labels");
            }
        }
        ObjectNode spec = (ObjectNode) stripped.get("spec");
        JsonNode volumes = before.json.at("/spec/volumes");
        if (!names(volumes).contains(VOLUME)
                && spec.get("volumes") instanceof ArrayNode now
                && VOLUME.equals(now.path(0).path("name").asText())) {
            now.remove(0);
        }
        dropEmpty(spec, "volumes", volumes);
        for (String kind : List.of("containers", "initContainers")) {
            for (int i = 0; i < spec.path(kind).size(); i++) {
                strip(
                        (ObjectNode) spec.get(kind).get(i),
                        before.json.at("/spec/" + kind + "/" + i));
            }
        }
        return stripped;
    }

    private static void strip(ObjectNode container, JsonNode before) {
        cutTo(container, "env", before, VARIABLES);
        cutTo(container, "volumeMounts", before, Set.of(VOLUME));
    }

    /** Injection only appends, and only these. */
    private static void cutTo(
            ObjectNode container, String list, JsonNode before, Set<String> injected) {
        if (container.get(list) instanceof ArrayNode now) {
            for (int last = now.size() - 1;
                    last >= before.path(list).size()
                            && injected.contains(now.get(last).get("name").asText());
                    last--) {
                now.remove(last);
            }
        }
        dropEmpty(container, list, before.path(list));
    }

    private static void dropEmpty(ObjectNode object, String list, @Nullable JsonNode before) {
        if (object.path(list).isEmpty() && Objects.requireNonNull(before).isMissingNode()) {
            object.remove(list);
        }
    }

    private static List<String> names(JsonNode list) {
        return list.findValuesAsText("name");
    }
}
