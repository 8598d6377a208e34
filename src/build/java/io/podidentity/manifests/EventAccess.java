package io.podidentity.manifests;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;

/** What an agent needs to write events on pods, which may be in any namespace. */
final class EventAccess {

    private EventAccess() {}

    static ClusterRole role(ServiceAccount agent) {
        return new ClusterRoleBuilder()
                .withMetadata(metadata(agent))
                .addNewRule()
                .withApiGroups("")
                .withResources("events")
                .withVerbs("create")
                .endRule()
                .build();
    }

    static ClusterRoleBinding binding(ServiceAccount agent) {
        ObjectMeta account = agent.getMetadata();
        return new ClusterRoleBindingBuilder()
                .withMetadata(metadata(agent))
                .withNewRoleRef(
                        "rbac.authorization.k8s.io", "ClusterRole", metadata(agent).getName())
                .addNewSubject(null, "ServiceAccount", account.getName(), account.getNamespace())
                .build();
    }

    private static ObjectMeta metadata(ServiceAccount agent) {
        return new ObjectMetaBuilder()
                .withName(agent.getMetadata().getName() + "-events")
                .withLabels(agent.getMetadata().getLabels())
                .build();
    }
}
