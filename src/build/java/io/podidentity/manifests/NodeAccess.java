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
 * What an agent needs to take a taint off its node. RBAC can only say "nodes"; the policy narrows
 * that to the node that the agent's token was made for, and to taking taints away.
 */
final class NodeAccess {

    private NodeAccess() {}

    static ClusterRole role(ServiceAccount agent) {
        return new ClusterRoleBuilder()
                .withMetadata(metadata(agent))
                .addNewRule()
                .withApiGroups("")
                .withResources("nodes")
                .withVerbs("get", "patch")
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
                        "!has(object.spec.taints) || (has(oldObject.spec.taints) &&"
                                + " object.spec.taints.all(taint, taint in oldObject.spec.taints))")
                .withMessage("an agent may only take taints away")
                .endValidation()
                .addNewValidation()
                .withExpression(
                        "(has(object.metadata.labels) ? object.metadata.labels : {}) =="
                                + " (has(oldObject.metadata.labels) ? oldObject.metadata.labels : {})")
                .withMessage("an agent may not change labels")
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
