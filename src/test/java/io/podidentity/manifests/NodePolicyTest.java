package io.podidentity.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MatchCondition;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.Validation;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.projectnessie.cel.checker.Decls;
import org.projectnessie.cel.tools.Script;
import org.projectnessie.cel.tools.ScriptException;
import org.projectnessie.cel.tools.ScriptHost;

/** What the access that goes with the start-up taint lets an agent do, and what it does not. */
class NodePolicyTest {

    private static final String OTHER_NODE = "an agent may change no node but its own";
    private static final String OTHER_TAINT =
            "an agent may take no taint away but its own, and add none";
    private static final String SPEC = "an agent may change nothing else in its node's spec";
    private static final String METADATA = "an agent may change nothing in its node's metadata";

    private static final String OURS = "{'key': '" + Variants.TAINT + "', 'effect': 'NoExecute'}";
    private static final String OURS_AGAIN =
            "{'key': '" + Variants.TAINT + "', 'effect': 'NoSchedule'}";
    private static final String OTHER = "{'key': 'dedicated', 'effect': 'NoSchedule'}";

    /** What the API server changes by itself, or refuses to change for anybody. */
    private static final Set<String> SERVERS =
            Set.of("generation", "managedFields", "resourceVersion");

    private static final ObjectMapper JSON = new ObjectMapper();

    private List<HasMetadata> resources;

    @BeforeEach
    void read() throws IOException {
        resources =
                Typed.read(Files.readString(Manifests.FOLDER.resolve("agent-startup-taint.yaml")));
    }

    @Test
    void roleIsForPatchingNodesAlone() {
        assertThat(Typed.only(ClusterRole.class, resources).getRules())
                .singleElement()
                .satisfies(
                        rule -> {
                            assertThat(rule.getApiGroups()).containsExactly("");
                            assertThat(rule.getResources()).containsExactly("nodes");
                            assertThat(rule.getVerbs()).containsExactly("patch");
                        });
    }

    @Test
    void roleIsBoundToTheAgentsServiceAccount() {
        ServiceAccount account = Typed.only(ServiceAccount.class, resources);
        assertThat(Typed.only(ClusterRoleBinding.class, resources).getSubjects())
                .singleElement()
                .satisfies(
                        subject -> {
                            assertThat(subject.getName())
                                    .isEqualTo(account.getMetadata().getName());
                            assertThat(subject.getNamespace())
                                    .isEqualTo(account.getMetadata().getNamespace());
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                OTHER + "," + OURS + " | " + OTHER,
                OURS + "," + OTHER + "," + OURS_AGAIN + " | " + OTHER,
                OURS + " | \"\"",
                OTHER + "," + OURS + " | " + OTHER + "," + OURS,
                "\"\" | \"\"",
            })
    void agentMayTakeItsTaintOffItsNodeOrReadIt(String before, String after) throws Exception {
        assertThat(refusals("a", node(before), node(after))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                OTHER + "," + OURS + " | " + OURS,
                OTHER + "," + OURS + " | \"\"",
                OTHER + " | \"\"",
                OURS + " | " + OTHER,
                OURS + " | " + OURS + "," + OTHER,
                "\"\" | " + OTHER,
                "\"\" | " + OURS,
                OURS + " | " + OURS_AGAIN,
            })
    void agentMayNotTouchAnotherTaint(String before, String after) throws Exception {
        assertThat(refusals("a", node(before), node(after))).containsExactly(OTHER_TAINT);
    }

    /** Nor learn what another node is: a patch of nothing would tell. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {"b", "none"})
    void agentMayNotTouchAnotherNode(@Nullable String nodeOfToken) throws Exception {
        assertThat(refusals(nodeOfToken, node(OURS), node(""))).containsExactly(OTHER_NODE);
        assertThat(refusals(nodeOfToken, node(OURS), node(OURS))).containsExactly(OTHER_NODE);
    }

    static Stream<String> fieldsOfSpec() {
        return Stream.concat(
                fields(NodeSpec.class).filter(field -> !field.equals("taints")),
                Stream.of("addedByALaterKubernetes"));
    }

    static Stream<String> fieldsOfMetadata() {
        return fields(ObjectMeta.class)
                .filter(field -> !SERVERS.contains(field) && !field.equals("name"));
    }

    private static Stream<String> fields(Class<?> of) {
        return Stream.of(of.getAnnotation(JsonPropertyOrder.class).value())
                .filter(field -> !Set.of("apiVersion", "kind").contains(field));
    }

    @ParameterizedTest
    @MethodSource("fieldsOfSpec")
    void agentMayChangeNothingElseInTheSpec(String field) throws Exception {
        assertUnchangeable("spec", field, SPEC);
    }

    @ParameterizedTest
    @MethodSource("fieldsOfMetadata")
    void agentMayChangeNothingInTheMetadata(String field) throws Exception {
        assertUnchangeable("metadata", field, METADATA);
    }

    private void assertUnchangeable(String part, String field, String message) throws Exception {
        Map<String, Object> without = node(OURS);
        Map<String, Object> with = with(node(""), part, field, List.of(Map.of("uid", "1")));
        Map<String, Object> other = with(node(""), part, field, List.of(Map.of("uid", "2")));

        assertThat(refusals("a", without, with)).as("added").containsExactly(message);
        assertThat(refusals("a", with, without)).as("removed").contains(message);
        assertThat(refusals("a", with, other)).as("changed").containsExactly(message);
        assertThat(refusals("a", with, with)).as("kept").isEmpty();
    }

    @Test
    void whatTheApiServerItselfChangesIsNoChange() throws Exception {
        Map<String, Object> after = node("");
        for (String field : SERVERS) {
            after = with(after, "metadata", field, "new");
        }
        assertThat(refusals("a", node(OURS), after)).isEmpty();
        assertThat(refusals("a", after, node(""))).isEmpty();
    }

    @Test
    void othersAreNoneOfThePolicysBusiness() throws ScriptException {
        assertThat(matches("system:serviceaccount:kube-system:eks-pod-identity-agent")).isTrue();
        assertThat(matches("system:serviceaccount:default:eks-pod-identity-agent")).isFalse();
        assertThat(matches("system:node:a")).isFalse();
    }

    private boolean matches(String user) throws ScriptException {
        boolean all = true;
        for (MatchCondition each : policy().getSpec().getMatchConditions()) {
            all &= evaluate(each.getExpression(), request(user, "a"), Map.of(), Map.of());
        }
        return all;
    }

    /** The messages of all validations that do not hold. */
    private List<String> refusals(
            @Nullable String nodeOfToken, Map<String, Object> before, Map<String, Object> after)
            throws ScriptException {
        List<String> refusals = new ArrayList<>();
        for (Validation each : policy().getSpec().getValidations()) {
            if (!evaluate(each.getExpression(), request("agent", nodeOfToken), before, after)) {
                refusals.add(each.getMessage());
            }
        }
        return refusals;
    }

    private ValidatingAdmissionPolicy policy() {
        return Typed.only(ValidatingAdmissionPolicy.class, resources);
    }

    private static boolean evaluate(
            String expression,
            Map<String, Object> request,
            Map<String, Object> before,
            Map<String, Object> after)
            throws ScriptException {
        Script script =
                ScriptHost.newBuilder()
                        .build()
                        .buildScript(expression)
                        .withDeclarations(
                                Decls.newVar("request", Decls.Dyn),
                                Decls.newVar("object", Decls.Dyn),
                                Decls.newVar("oldObject", Decls.Dyn))
                        .build();
        return script.execute(
                Boolean.class, Map.of("request", request, "oldObject", before, "object", after));
    }

    private static Map<String, Object> request(String user, @Nullable String nodeOfToken) {
        Map<String, Object> extra =
                nodeOfToken == null
                        ? Map.of()
                        : Map.of("authentication.kubernetes.io/node-name", List.of(nodeOfToken));
        return Map.of("userInfo", Map.of("username", user, "extra", extra));
    }

    /** Node a, as the API server has it. */
    private static Map<String, Object> node(String taints) throws JsonProcessingException {
        String text =
                """
                {'metadata': {'name': 'a', 'labels': {'kubernetes.io/os': 'linux'}, 'resourceVersion': '1'},
                 'spec': {'podCIDRs': ['10.0.0.0/24']%s}}"""
                        .formatted(taints.isEmpty() ? "" : ", 'taints': [" + taints + "]");
        return JSON.readValue(text.replace('\'', '"'), new TypeReference<>() {});
    }

    private static Map<String, Object> with(
            Map<String, Object> node, String part, String field, Object value) {
        Map<String, Object> all = new TreeMap<>(node);
        Map<String, Object> changed = new TreeMap<>();
        ((Map<?, ?>) node.get(part)).forEach((key, kept) -> changed.put((String) key, kept));
        changed.put(field, value);
        all.put(part, changed);
        return all;
    }
}
