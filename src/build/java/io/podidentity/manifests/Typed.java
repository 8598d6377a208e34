package io.podidentity.manifests;

import static java.util.Map.entry;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Resources as what Kubernetes takes them for. Reading is strict: an unknown kind, an unknown field
 * or a field given twice is an error.
 */
final class Typed {

    private static final Map<String, Class<? extends HasMetadata>> KINDS =
            Map.ofEntries(
                    entry("v1/ConfigMap", ConfigMap.class),
                    entry("v1/Service", Service.class),
                    entry("v1/ServiceAccount", ServiceAccount.class),
                    entry("apps/v1/DaemonSet", DaemonSet.class),
                    entry("apps/v1/Deployment", Deployment.class),
                    entry("batch/v1/Job", Job.class),
                    entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
                    entry("cilium.io/v2/CiliumNetworkPolicy", CiliumNetworkPolicy.class),
                    entry("rbac.authorization.k8s.io/v1/ClusterRole", ClusterRole.class),
                    entry(
                            "rbac.authorization.k8s.io/v1/ClusterRoleBinding",
                            ClusterRoleBinding.class),
                    entry(
                            "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy",
                            ValidatingAdmissionPolicy.class),
                    entry(
                            "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding",
                            ValidatingAdmissionPolicyBinding.class),
                    entry("monitoring.coreos.com/v1/ServiceMonitor", ServiceMonitor.class),
                    entry("monitoring.coreos.com/v1/PodMonitor", PodMonitor.class),
                    entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class));

    private static final YAMLMapper YAML =
            YAMLMapper.builder()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                    .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                    .annotationIntrospector(new NothingUnknown())
                    .build();

    private Typed() {}

    /**
     * Reads all documents of a YAML text.
     *
     * @throws IllegalArgumentException if one is not what its kind may be; the message names it
     */
    static List<HasMetadata> read(String yaml) {
        List<HasMetadata> resources = new ArrayList<>();
        try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
            while (documents.hasNextValue()) {
                JsonNode document = documents.nextValue();
                if (!document.isNull() && !document.isMissingNode()) {
                    resources.add(resource(document));
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return resources;
    }

    /** The only resource of a kind among others. */
    static <T extends HasMetadata> T only(Class<T> kind, List<HasMetadata> resources) {
        List<T> found = all(kind, resources);
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                    "not one " + kind.getSimpleName() + " but " + found.size());
        }
        return found.getFirst();
    }

    static <T extends HasMetadata> List<T> all(Class<T> kind, List<HasMetadata> resources) {
        return resources.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Reads one part of a resource, as strictly. */
    static <T> T part(Class<T> type, String yaml) {
        try {
            return YAML.readValue(yaml, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    static String write(List<? extends HasMetadata> resources) {
        StringBuilder text = new StringBuilder();
        for (HasMetadata resource : resources) {
            text.append(text.isEmpty() ? "" : "---\n").append(write(resource));
        }
        return text.toString();
    }

    static String write(HasMetadata resource) {
        try {
            return YAML.writeValueAsString(resource);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HasMetadata resource(JsonNode document) throws JsonProcessingException {
        String kind = document.path("apiVersion").asText() + "/" + document.path("kind").asText();
        Class<? extends HasMetadata> type = KINDS.get(kind);
        if (type == null) {
            throw new IllegalArgumentException("there is no kind " + kind);
        }
        return YAML.treeToValue(document, type);
    }

    /** The model keeps what it does not know in a map; here that is an error. */
    private static final class NothingUnknown extends JacksonAnnotationIntrospector {

        private static final long serialVersionUID = 1L;

        @Override
        public Boolean hasAnySetter(Annotated annotated) {
            return false;
        }
    }
}
