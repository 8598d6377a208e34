package io.podidentity.cluster;

import static io.podidentity.cluster.ClusterNodeIT.agent;
import static io.podidentity.cluster.ClusterNodeIT.node;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.podidentity.harness.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Pod Security's levels have against the agent, as operating.md tells it. */
abstract class PodSecurityOnNode {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the API server says, by the names that the documents give the controls. */
    private static final Map<String, String> CONTROLS =
            Map.of(
                    "Host Namespaces", "host namespaces",
                    "Capabilities", "non-default capabilities",
                    "Host Probes", "probe or lifecycle host",
                    "HostPath Volumes", "hostPath volumes",
                    "SELinux", "seLinuxOptions");

    private static final Pattern TOLD =
            Pattern.compile("(?m)^\\| ([A-Z][A-Za-z ]+)(?: \\(1\\.34\\))? \\| `");

    private static final Pattern VIOLATION = Pattern.compile("(?:^|\\), )([^(),\"]+) \\(");

    @TempDir static Path folder;

    @BeforeAll
    static void makeNamespaces() {
        if (node != null) {
            for (String level : List.of("baseline", "restricted")) {
                makeNamespace(level);
                node.kubectl(
                        "label namespace %s pod-security.kubernetes.io/enforce=%1$s"
                                .formatted(level));
            }
        }
    }

    private static void makeNamespace(String name) {
        node.kubectl("create namespace " + name);
        node.kubectl("create serviceaccount eks-pod-identity-agent --namespace " + name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent.yaml",
                "agent-metrics.yaml",
                "agent-native.yaml",
                "agent-startup-taint.yaml",
                "agent-events.yaml",
                "agent-iso.yaml",
                "agent-hybrid.yaml"
            })
    void baselineRefuses(String manifest) throws IOException {
        assertThat(violations(manifest, "baseline"))
                .isEqualTo(
                        told(
                                Set.of(
                                        "Host Namespaces",
                                        "Capabilities",
                                        "Host Probes",
                                        "HostPath Volumes")));
    }

    @Test
    void documentNamesAllThatBaselineRefuses() throws IOException {
        Set<String> controls =
                TOLD.matcher(section())
                        .results()
                        .map(row -> row.group(1))
                        .collect(Collectors.toSet());

        assertThat(violations("agent-hybrid-bottlerocket.yaml", "baseline"))
                .isEqualTo(told(controls));
    }

    @Test
    void restrictedRefusesRootBesides() throws IOException {
        assertThat(violations("agent.yaml", "restricted"))
                .containsExactlyInAnyOrder(
                        "host namespaces",
                        "probe or lifecycle host",
                        "unrestricted capabilities",
                        "restricted volume types",
                        "runAsNonRoot != true",
                        "runAsUser=0");
        assertThat(section()).contains("`restricted`", "root");
    }

    @Test
    void namespaceThatIsLabelledAsTheDocumentSaysAdmitsTheAgent() throws IOException {
        makeNamespace("elsewhere");
        agent.run(
                Document.OPERATING
                        .command("kubectl label namespace")
                        .replace("NAMESPACE", "elsewhere"));

        assertThat(create("agent-hybrid-bottlerocket.yaml", "elsewhere").output())
                .contains("created (server dry run)");
    }

    private static Set<String> told(Set<String> controls) {
        return controls.stream().map(CONTROLS::get).collect(Collectors.toSet());
    }

    private static String section() throws IOException {
        String text = Document.OPERATING.text();
        String section = text.substring(text.indexOf("### Pod Security"));
        return section.substring(0, section.indexOf("\n#", 1));
    }

    /** What of a manifest's pod a namespace's level refuses. */
    private static Set<String> violations(String manifest, String level) throws IOException {
        Shell.Result refusal = create(manifest, level);

        String start = "violates PodSecurity \"" + level + ":latest\": ";
        assertThat(refusal.output()).contains(start);
        return VIOLATION
                .matcher(
                        refusal.output()
                                .substring(refusal.output().indexOf(start) + start.length()))
                .results()
                .map((MatchResult each) -> each.group(1))
                .collect(Collectors.toSet());
    }

    private static Shell.Result create(String manifest, String namespace) throws IOException {
        String resources =
                node.kubectl(
                        "create --dry-run=client --output json --filename kubernetes/" + manifest);
        ObjectNode pod = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Pod");
        pod.putObject("metadata").put("name", "agent").put("namespace", namespace);
        try (MappingIterator<JsonNode> each =
                JSON.readerFor(JsonNode.class).readValues(resources)) {
            each.forEachRemaining(
                    resource -> {
                        JsonNode spec = resource.at("/spec/template/spec");
                        if (spec.isObject()) {
                            pod.set("spec", spec);
                        }
                    });
        }
        Path file = Files.writeString(folder.resolve("pod.json"), pod.toString());
        return node.run(
                List.of("kubectl", "create", "--dry-run=server", "--filename", file.toString()));
    }
}
