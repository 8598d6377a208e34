package io.podidentity.agent.eksauth;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts the application on free ports of loopback with a scripted EKS Auth behind it. */
public final class EksAuthPeerResource implements QuarkusTestResourceLifecycleManager {

    private static final Map<String, String> SDK =
            Map.of(
                    "aws.region", "eu-west-1",
                    "aws.endpointUrlSts", "http://127.0.0.1:9",
                    "aws.accessKeyId", "AKIANODE",
                    "aws.secretAccessKey", "node-secret");

    private final EksAuthPeer peer = new EksAuthPeer();

    @Override
    public Map<String, String> start() {
        SDK.forEach(System::setProperty);
        List<Integer> ports = freePorts(3);
        return Map.of(
                "agent.cluster-name", "shop-cluster",
                "agent.endpoint", peer.endpoint().toString(),
                "agent.bind-hosts", "127.0.0.1",
                "agent.metrics-address", "127.0.0.1",
                "agent.port", ports.get(0).toString(),
                "agent.probe-port", ports.get(1).toString(),
                "agent.metrics-port", ports.get(2).toString());
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(peer, new TestInjector.MatchesType(EksAuthPeer.class));
    }

    @Override
    public void stop() {
        SDK.keySet().forEach(System::clearProperty);
        try {
            peer.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Integer> freePorts(int count) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            List<Integer> ports = held.stream().map(ServerSocket::getLocalPort).toList();
            for (ServerSocket socket : held) {
                socket.close();
            }
            return ports;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
