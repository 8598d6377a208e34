package io.podidentity.manifests;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBindingBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;

/**
 * What an agent needs to take the start-up taint off its node. RBAC can only say "nodes"; the
 * policy narrows that to the node that the agent's token was made for, and to that taint. Nobody
 * needs to get a node: what a patch without operations answers is the node, and the policy holds
 * for it too.
 */
final class NodeAccess {

    private static final String TAINTS_BEFORE =
            "(has(oldObject.spec.taints) ? oldObject.spec.taints : [])";
    private static final String TAINTS_AFTER =
            "(has(object.spec.taints) ? object.spec.taints : [])";

    private NodeAccess() {}

    static ClusterRole role(ServiceAccount agent) {
        return new ClusterRoleBuilder()
                .withMetadata(metadata(agent))
                .addNewRule()
                .withApiGroups("")
                .withResources("nodes")
                .withVerbs("patch")
                .endRule()
                .build();
    }

    static ClusterRoleBinding binding(ServiceAccount agent) {
        return new ClusterRoleBindingBuilder()
                .withMetadata(metadata(agent))
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", name(agent))
                .addNewSubject(null, "ServiceAccount", name(agent), namespace(agent))
                .build();
    }

    static ValidatingAdmissionPolicy policy(ServiceAccount agent) {
        return new ValidatingAdmissionPolicyBuilder()
                .withMetadata(metadata(agent))
                .withNewSpec()
                .withFailurePolicy("Fail")
                .withNewMatchConstraints()
                .addNewResourceRule()
                .withApiGroups("")
                .withApiVersions("v1")
                .withOperations("UPDATE")
                .withResources("nodes")
                .endResourceRule()
                .endMatchConstraints()
                .addNewMatchCondition()
                .withName("by-an-agent")
                .withExpression(
                        "request.userInfo.username == 'system:serviceaccount:%s:%s'"
                                .formatted(namespace(agent), name(agent)))
                .endMatchCondition()
                .addNewValidation()
                .withExpression(
                        "'authentication.kubernetes.io/node-name' in request.userInfo.extra &&"
                                + " object.metadata.name in"
                                + " request.userInfo.extra['authentication.kubernetes.io/node-name']")
                .withMessage("an agent may change no node but its own")
                .endValidation()
                .addNewValidation()
                .withExpression(
                        "%1$s == %2$s || %1$s == %2$s.filter(taint, taint.key != '%3$s')"
                                .formatted(TAINTS_AFTER, TAINTS_BEFORE, Variants.TAINT))
                .withMessage("an agent may take no taint away but its own, and add none")
                .endValidation()
                .addNewValidation()
                .withExpression(unchanged("spec", "field == 'taints'"))
                .withMessage("an agent may change nothing else in its node's spec")
                .endValidation()
                .addNewValidation()
                .withExpression(
                        // What the API server itself writes.
                        unchanged(
                                "metadata",
                                "field in ['generation', 'managedFields', 'resourceVersion']"))
                .withMessage("an agent may change nothing in its node's metadata")
                .endValidation()
                .endSpec()
                .build();
    }

    static ValidatingAdmissionPolicyBinding policyBinding(ServiceAccount agent) {
        return new ValidatingAdmissionPolicyBindingBuilder()
                .withMetadata(metadata(agent))
                .withNewSpec()
                .withPolicyName(name(agent))
                .withValidationActions("Deny")
                .endSpec()
                .build();
    }

    /** Of a part of the node, whatever fields it may ever have. */
    private static String unchanged(String part, String except) {
        return ("dyn(object.%1$s).all(field, %2$s || (field in dyn(oldObject.%1$s) &&"
                        + " dyn(object.%1$s)[field] == dyn(oldObject.%1$s)[field])) &&"
                        + " dyn(oldObject.%1$s).all(field, %2$s || field in dyn(object.%1$s))")
                .formatted(part, except);
    }

    private static ObjectMeta metadata(ServiceAccount agent) {
        return new ObjectMetaBuilder()
                .withName(name(agent))
                .withLabels(agent.getMetadata().getLabels())
                .build();
    }

    private static String name(ServiceAccount agent) {
        return agent.getMetadata().getName();
    }

    private static String namespace(ServiceAccount agent) {
        return agent.getMetadata().getNamespace();
    }
}
