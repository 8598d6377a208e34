package io.podidentity.harness;

import java.util.ArrayList;
import java.util.List;

/** A node and two pods in namespaces, wired as the AWS VPC CNI wires them. */
public final class PodsOnNode implements AutoCloseable {

    /** Where pods send everything; the CNI answers for it with a permanent neighbour entry. */
    private static final String IPV4_GATEWAY = "169.254.1.1";

    private static final String IPV6_GATEWAY = "fe80::1";

    private final Namespace node = Namespace.create();
    private final List<Pod> pods = new ArrayList<>();

    public PodsOnNode() {
        node.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        for (int i = 1; i <= 2; i++) {
            Pod pod = new Pod(Namespace.create(), "10.0.0.1" + i, "2600:db8::1" + i);
            pods.add(pod);
            wire(pod, "eni" + i);
        }
    }

    private void wire(Pod pod, String eni) {
        node.ip("link add " + eni + " type veth peer name eth0 netns " + pod.namespace.name());
        node.ip("link set " + eni + " up");
        pod.namespace.ip("link set eth0 up");
        pod.namespace.ip("addr add " + pod.ipv4 + "/32 dev eth0");
        pod.namespace.ip("-6 addr add " + pod.ipv6 + "/128 dev eth0 nodad");
        String mac = node.list("link show " + eni).get(0).get("address").asText();
        for (String gateway : new String[] {IPV4_GATEWAY, IPV6_GATEWAY}) {
            String family = gateway.equals(IPV6_GATEWAY) ? "-6 " : "";
            pod.namespace.ip(family + "route add " + gateway + " dev eth0");
            pod.namespace.ip(family + "route add default via " + gateway + " dev eth0");
            pod.namespace.ip(
                    family + "neigh add " + gateway + " lladdr " + mac + " dev eth0 nud permanent");
        }
        node.ip("route add " + pod.ipv4 + "/32 dev " + eni + " scope link");
        node.ip("-6 route add " + pod.ipv6 + "/128 dev " + eni);
    }

    public Namespace node() {
        return node;
    }

    public List<Pod> pods() {
        return pods;
    }

    @Override
    public void close() {
        pods.forEach(pod -> pod.namespace.close());
        node.close();
    }

    /** A pod with the addresses that the CNI gave it. */
    public record Pod(Namespace namespace, String ipv4, String ipv6) {

        /** Asks an address of the agent for credentials; answers status and body. */
        public String ask(String host, String token) {
            return namespace
                    .run(
                            "curl",
                            "--silent",
                            "--globoff",
                            "--max-time",
                            "10",
                            "--header",
                            "Authorization: " + token,
                            "--write-out",
                            " %{http_code}",
                            "http://" + host + "/v1/credentials")
                    .output();
        }
    }
}
