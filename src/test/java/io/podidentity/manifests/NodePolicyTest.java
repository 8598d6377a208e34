package io.podidentity.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MatchCondition;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.Validation;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.projectnessie.cel.checker.Decls;
import org.projectnessie.cel.tools.Script;
import org.projectnessie.cel.tools.ScriptException;
import org.projectnessie.cel.tools.ScriptHost;

/** What the access that goes with the start-up taint lets an agent do, and what it does not. */
class NodePolicyTest {

    /** A taint as the API server has it. */
    private record Taint(String key, String effect) {
        Map<String, String> fields() {
            return Map.of("key", key, "effect", effect);
        }
    }

    private static final Taint OURS = new Taint(Variants.TAINT, "NoExecute");
    private static final Taint OTHER = new Taint("dedicated", "NoSchedule");
    private static final Map<String, String> LABELS = Map.of("kubernetes.io/os", "linux");

    private List<HasMetadata> resources;

    @BeforeEach
    void read() throws IOException {
        resources =
                Typed.read(Files.readString(Manifests.FOLDER.resolve("agent-startup-taint.yaml")));
    }

    @Test
    void roleIsForReadingAndPatchingNodesAlone() {
        assertThat(Typed.only(ClusterRole.class, resources).getRules())
                .singleElement()
                .satisfies(
                        rule -> {
                            assertThat(rule.getApiGroups()).containsExactly("");
                            assertThat(rule.getResources()).containsExactly("nodes");
                            assertThat(rule.getVerbs()).containsExactly("get", "patch");
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

    @Test
    void agentMayTakeATaintOffItsNode() throws ScriptException {
        assertThat(allowed("a", node("a", LABELS, OTHER, OURS), node("a", LABELS, OTHER))).isTrue();
    }

    @Test
    void agentMayTakeTheLastTaintOff() throws ScriptException {
        assertThat(allowed("a", node("a", LABELS, OURS), node("a", LABELS))).isTrue();
    }

    @Test
    void agentMayNotTouchAnotherNode() throws ScriptException {
        assertThat(allowed("b", node("a", LABELS, OURS), node("a", LABELS))).isFalse();
    }

    @Test
    void tokenThatIsOfNoNodeMayNothing() throws ScriptException {
        assertThat(allowed(null, node("a", LABELS, OURS), node("a", LABELS))).isFalse();
    }

    @Test
    void agentMayNotAddATaint() throws ScriptException {
        assertThat(allowed("a", node("a", LABELS), node("a", LABELS, OTHER))).isFalse();
        assertThat(allowed("a", node("a", LABELS, OURS), node("a", LABELS, OTHER))).isFalse();
    }

    @Test
    void agentMayNotChangeLabels() throws ScriptException {
        assertThat(
                        allowed(
                                "a",
                                node("a", LABELS, OURS),
                                node("a", Map.of("kubernetes.io/os", "linux", "zone", "b"))))
                .isFalse();
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

    private boolean allowed(
            String nodeOfToken, Map<String, Object> before, Map<String, Object> after)
            throws ScriptException {
        boolean all = true;
        for (Validation each : policy().getSpec().getValidations()) {
            all &= evaluate(each.getExpression(), request("agent", nodeOfToken), before, after);
        }
        return all;
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

    private static Map<String, Object> request(String user, String nodeOfToken) {
        Map<String, Object> extra =
                nodeOfToken == null
                        ? Map.of()
                        : Map.of("authentication.kubernetes.io/node-name", List.of(nodeOfToken));
        return Map.of("userInfo", Map.of("username", user, "extra", extra));
    }

    private static Map<String, Object> node(
            String name, Map<String, String> labels, Taint... taints) {
        return Map.of(
                "metadata",
                Map.of("name", name, "labels", labels),
                "spec",
                taints.length == 0
                        ? Map.of()
                        : Map.of("taints", Stream.of(taints).map(Taint::fields).toList()));
    }
}
