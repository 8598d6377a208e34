package io.podidentity.manifests;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.List;

/**
 * As much of Cilium's policy as is used here: fields of the custom resource definition
 * ciliumnetworkpolicies.cilium.io, version v2, from Cilium 1.18.
 */
@JsonDeserialize // As the class says, not as the interface does.
@JsonPropertyOrder({"apiVersion", "kind", "metadata", "spec"})
final class CiliumNetworkPolicy implements HasMetadata {

    private static final long serialVersionUID = 1L;

    private ObjectMeta metadata = new ObjectMeta();
    private String apiVersion = "cilium.io/v2";
    private String kind = "CiliumNetworkPolicy";
    private transient Spec spec;

    record Spec(String description, LabelSelector endpointSelector, List<Egress> egress) {}

    record Egress(List<Entity> toEntities, List<String> toCIDR, List<PortRule> toPorts) {}

    record PortRule(List<Port> ports) {}

    record Port(String port, Protocol protocol) {}

    /** Those that policies may name. */
    enum Entity {
        all,
        world,
        cluster,
        host,
        init,
        ingress,
        unmanaged,
        health,
        none,
        kubeapiserver
    }

    enum Protocol {
        TCP,
        UDP,
        SCTP,
        ICMP,
        ICMPv6,
        ANY
    }

    public Spec getSpec() {
        return spec;
    }

    public void setSpec(Spec spec) {
        this.spec = spec;
    }

    @Override
    public ObjectMeta getMetadata() {
        return metadata;
    }

    @Override
    public void setMetadata(ObjectMeta metadata) {
        this.metadata = metadata;
    }

    @Override
    public String getApiVersion() {
        return apiVersion;
    }

    @Override
    public void setApiVersion(String apiVersion) {
        this.apiVersion = apiVersion;
    }

    @Override
    public String getKind() {
        return kind;
    }

    public void setKind(String kind) {
        this.kind = kind;
    }
}
