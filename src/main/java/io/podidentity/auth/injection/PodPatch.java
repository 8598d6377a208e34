package io.podidentity.auth.injection;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What Amazon's pod identity webhook adds to a pod, as a JSON patch. {@code injection-policy.yaml}
 * says the same in CEL; a test holds the two together.
 *
 * @param region the cluster's
 * @param address where pods ask for credentials
 */
public record PodPatch(String region, URI address) {

    private static final String DOMAIN = "eks.amazonaws.com/";
    private static final String LABEL = DOMAIN + "pod-identity";
    private static final String ENABLED = "enabled";
    private static final String VOLUME = "eks-pod-identity-token";
    private static final String FOLDER = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount";
    private static final String TOKEN = "eks-pod-identity-token";
    private static final String AUDIENCE = "pods.eks.amazonaws.com";

    private static final String STS = "AWS_STS_REGIONAL_ENDPOINTS";
    private static final String REGION = "AWS_REGION";
    private static final String DEFAULT_REGION = "AWS_DEFAULT_REGION";
    private static final String URI_VARIABLE = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    private static final String TOKEN_VARIABLE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

    // As CEL trims.
    private static final Pattern SPACE_AROUND =
            Pattern.compile("^\\p{IsWhite_Space}+|\\p{IsWhite_Space}+$");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?[0-9]{1,18}");
    private static final long DEFAULT_LIFETIME = 86_400;
    private static final long MOST_JITTER = 7_200;
    // What Kubernetes accepts.
    private static final long SHORTEST_LIFETIME = 600;
    private static final long LONGEST_LIFETIME = 1L << 32;
    private static final int JITTER_DIGITS = 9;

    /** The operations; none where the pod has it all. */
    JsonArray of(Pod pod) {
        List<JsonObject> patch = new ArrayList<>();
        label(pod.metadata(), patch);
        volume(pod, patch);
        Set<String> skipped = skipped(pod.metadata());
        containers("/spec/containers/", pod.spec().containers(), skipped, patch);
        containers("/spec/initContainers/", pod.spec().initContainers(), skipped, patch);
        return new JsonArray(patch);
    }

    private static void label(Pod.Metadata metadata, List<JsonObject> patch) {
        if (metadata.labels() == null) {
            patch.add(add("/metadata/labels", new JsonObject().put(LABEL, ENABLED)));
        } else if (!ENABLED.equals(metadata.labels().get(LABEL))) {
            patch.add(add("/metadata/labels/" + LABEL.replace("/", "~1"), ENABLED));
        }
    }

    private static void volume(Pod pod, List<JsonObject> patch) {
        List<Pod.Named> volumes = pod.spec().volumes();
        if (volumes == null) {
            patch.add(add("/spec/volumes", new JsonArray().add(tokenVolume(pod.metadata()))));
        } else if (volumes.stream().noneMatch(each -> each.name().equals(VOLUME))) {
            patch.add(add("/spec/volumes/0", tokenVolume(pod.metadata())));
        }
    }

    private static JsonObject tokenVolume(Pod.Metadata metadata) {
        JsonObject token =
                new JsonObject()
                        .put("audience", AUDIENCE)
                        .put("expirationSeconds", lifetime(metadata))
                        .put("path", TOKEN);
        return new JsonObject()
                .put("name", VOLUME)
                .put(
                        "projected",
                        new JsonObject()
                                .put(
                                        "sources",
                                        new JsonArray()
                                                .add(
                                                        new JsonObject()
                                                                .put(
                                                                        "serviceAccountToken",
                                                                        token))));
    }

    private static long lifetime(Pod.Metadata metadata) {
        String asked = metadata.annotation(DOMAIN + "token-expiration");
        long lifetime =
                WHOLE_NUMBER.matcher(asked).matches()
                        ? Math.clamp(Long.parseLong(asked), SHORTEST_LIFETIME, LONGEST_LIFETIME)
                        : DEFAULT_LIFETIME;
        return lifetime == DEFAULT_LIFETIME ? lifetime - jitter(metadata) : lifetime;
    }

    /** By name and owner, since a policy has no chance: workloads do not renew at once. */
    private static long jitter(Pod.Metadata metadata) {
        String owner =
                metadata.ownerReferences().isEmpty()
                        ? ""
                        : metadata.ownerReferences().getFirst().uid();
        String digits =
                "0".repeat(JITTER_DIGITS)
                        + (owner + metadata.generateName() + metadata.name())
                                .replaceAll("[^0-9]", "");
        return Long.parseLong(digits.substring(digits.length() - JITTER_DIGITS))
                % (MOST_JITTER + 1);
    }

    private static Set<String> skipped(Pod.Metadata metadata) {
        return Stream.of(
                        metadata.annotation(DOMAIN + "skip-containers")
                                .replace("\"", "")
                                .split(",", -1))
                .map(name -> SPACE_AROUND.matcher(name).replaceAll(""))
                .collect(Collectors.toSet());
    }

    private void containers(
            String path,
            List<Pod.Container> containers,
            Set<String> skipped,
            List<JsonObject> patch) {
        for (int i = 0; i < containers.size(); i++) {
            Pod.Container container = containers.get(i);
            if (!skipped.contains(container.name())) {
                container(path + i, container, patch);
            }
        }
    }

    private void container(String path, Pod.Container container, List<JsonObject> patch) {
        boolean regional = !container.hasAnyOf(STS);
        boolean inRegion = !container.hasAnyOf(REGION, DEFAULT_REGION);
        boolean credentials = !container.hasAnyOf(URI_VARIABLE, TOKEN_VARIABLE);
        // Something else in the token's place cannot be mounted over, and is no token of ours.
        boolean taken = container.mountsElse(VOLUME, FOLDER);
        List<JsonObject> variables = new ArrayList<>();
        if (regional) {
            variables.add(variable(STS, "regional"));
        }
        if (inRegion) {
            variables.add(variable(DEFAULT_REGION, region));
            variables.add(variable(REGION, region));
        }
        if (credentials && !taken) {
            variables.add(variable(URI_VARIABLE, address.toString()));
            variables.add(variable(TOKEN_VARIABLE, FOLDER + "/" + TOKEN));
        }
        append(path + "/env", container.env(), variables, patch);
        // As Amazon's: what has all variables has been seen to.
        if (!container.mounts(VOLUME) && !taken && (regional || inRegion || credentials)) {
            JsonObject mount =
                    new JsonObject()
                            .put("name", VOLUME)
                            .put("readOnly", true)
                            .put("mountPath", FOLDER);
            append(path + "/volumeMounts", container.volumeMounts(), List.of(mount), patch);
        }
    }

    private static void append(
            String path, List<?> present, List<JsonObject> more, List<JsonObject> patch) {
        if (more.isEmpty()) {
            return;
        }
        if (present.isEmpty()) {
            patch.add(add(path, new JsonArray(more)));
        } else {
            more.forEach(each -> patch.add(add(path + "/-", each)));
        }
    }

    private static JsonObject variable(String name, String value) {
        return new JsonObject().put("name", name).put("value", value);
    }

    private static JsonObject add(String path, Object value) {
        return new JsonObject().put("op", "add").put("path", path).put("value", value);
    }
}
