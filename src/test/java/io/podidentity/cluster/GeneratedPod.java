package io.podidentity.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Makes pods that Kubernetes accepts, odd where injection looks. */
record GeneratedPod(Random random) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FOLDER = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount";
    private static final String VOLUME = "eks-pod-identity-token";
    private static final String[] VARIABLES = {
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_STS_REGIONAL_ENDPOINTS",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "aws_region",
        "A",
        "B",
        "A"
    };
    private static final String[] EXPIRATIONS = {
        "",
        " 3600",
        "3600",
        "86400",
        "086400",
        "0",
        "600",
        "599",
        "-1",
        "+7200",
        "1e3",
        "3600s",
        "4294967296",
        "4294967297",
        "123456789012345678",
        "1234567890123456789",
        "99999999999999999999",
        "٣٦٠٠",
        "36\n00",
        "3600\n"
    };
    private static final String[] SKIPS = {
        "",
        ",",
        "c0",
        "c0,i0",
        " c0 ,\ti0",
        "\"c0\",c1",
        "c0\nc1",
        "\u00a0c1",
        "c0;c1",
        "C0",
        "c",
        "'c0'"
    };
    private static final String[] OWNERS = {
        "5b1a4f2e-97c3-4d0e-8f16-30a2b7c9d8e1", "none", "1234567890123456789012345678901234567890"
    };

    JsonNode pod(String name) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", name);
        Map<String, String> annotations = new LinkedHashMap<>();
        if (random.nextBoolean()) {
            annotations.put("eks.amazonaws.com/token-expiration", any(EXPIRATIONS));
        }
        if (random.nextBoolean()) {
            annotations.put("eks.amazonaws.com/skip-containers", any(SKIPS));
        }
        if (random.nextBoolean()) {
            metadata.put("annotations", annotations);
        }
        if (random.nextBoolean()) {
            metadata.put("labels", labels());
        }
        if (random.nextInt(3) == 0) {
            metadata.put(
                    "ownerReferences",
                    List.of(
                            Map.of(
                                    "apiVersion", "apps/v1",
                                    "kind", "ReplicaSet",
                                    "name", "owner",
                                    "uid", any(OWNERS))));
        }
        return JSON.valueToTree(Map.of("metadata", metadata, "spec", spec()));
    }

    private Map<String, String> labels() {
        return switch (random.nextInt(6)) {
            case 0 -> Map.of("eks.amazonaws.com/pod-identity", any("enabled", "disabled", ""));
            case 1 -> Map.of("eks.amazonaws.com/skip-pod-identity-webhook", any("true", "false"));
            case 2 -> Map.of();
            default -> Map.of("app", "a~1b".replace('~', '-'));
        };
    }

    private Map<String, Object> spec() {
        Map<String, Object> spec = new LinkedHashMap<>();
        List<String> volumes = volumes(spec);
        spec.put("serviceAccountName", "orders");
        spec.put("containers", containers("c", 1 + random.nextInt(4), volumes));
        int init = random.nextInt(3);
        if (init > 0) {
            spec.put("initContainers", containers("i", init, volumes));
        }
        switch (random.nextInt(10)) {
            case 0 -> spec.put("os", Map.of("name", any("linux", "windows")));
            case 1 -> spec.put("nodeSelector", Map.of("kubernetes.io/os", any("linux", "windows")));
            case 2 -> spec.put("nodeSelector", Map.of("beta.kubernetes.io/os", "windows"));
            case 3 -> spec.put("hostNetwork", true);
            case 4 -> spec.put("automountServiceAccountToken", false);
            default -> spec.put("restartPolicy", any("Always", "Never", "OnFailure"));
        }
        return spec;
    }

    private List<String> volumes(Map<String, Object> spec) {
        List<String> names = new ArrayList<>();
        List<Map<String, Object>> volumes = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            String name = i == 1 && random.nextInt(3) == 0 ? VOLUME : "v" + i;
            names.add(name);
            volumes.add(Map.of("name", name, any("emptyDir", "configMap"), Map.of()));
        }
        volumes.replaceAll(
                each ->
                        each.containsKey("configMap")
                                ? Map.of("name", each.get("name"), "configMap", Map.of("name", "x"))
                                : each);
        if (!volumes.isEmpty()) {
            spec.put("volumes", volumes);
        }
        return names;
    }

    private List<Map<String, Object>> containers(String prefix, int count, List<String> volumes) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<String, Object> container = new LinkedHashMap<>();
            container.put("name", prefix + i);
            container.put("image", "x");
            if (prefix.equals("i") && random.nextBoolean()) {
                container.put("restartPolicy", "Always");
            }
            if (random.nextBoolean()) {
                container.put("env", variables());
            }
            if (random.nextBoolean()) {
                container.put("volumeMounts", mounts(volumes));
            }
            all.add(container);
        }
        return all;
    }

    private List<Map<String, Object>> variables() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            all.add(
                    random.nextInt(4) == 0
                            ? Map.of("name", any(VARIABLES))
                            : Map.of(
                                    "name",
                                    any(VARIABLES),
                                    "value",
                                    any("", "x", "$(A)", "\"\\\n")));
        }
        return all;
    }

    private List<Map<String, Object>> mounts(List<String> volumes) {
        Set<String> paths = new LinkedHashSet<>();
        List<Map<String, Object>> all = new ArrayList<>();
        for (String volume : volumes) {
            String path =
                    any("/a", "/b", FOLDER, FOLDER + "/", FOLDER + "/deeper", "/var/run/secrets");
            if (random.nextBoolean() && paths.add(path)) {
                all.add(Map.of("name", volume, "mountPath", path));
            }
        }
        return all;
    }

    private String any(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
