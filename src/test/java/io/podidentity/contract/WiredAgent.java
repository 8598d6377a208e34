package io.podidentity.contract;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.FreePorts;
import io.podidentity.harness.PackagedAgent;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the wired application: free ports, and an EKS Auth that answers as the table says.
 */
public final class WiredAgent implements QuarkusTestResourceLifecycleManager {

    private static final Map<String, String> SIGNING =
            Map.of(
                    "aws.region", "eu-west-1",
                    "aws.endpointUrlSts", "http://127.0.0.1:9",
                    "aws.accessKeyId", "ASIASIGNINGKEYOFNODE",
                    "aws.secretAccessKey", PackagedAgent.SIGNING_SECRET);

    private @Nullable EksAuthPeer peer;

    @Override
    public Map<String, String> start() {
        EksAuthPeer started = EksAuthPeer.start();
        peer = started;
        ContractTable.prepare(started);
        // Read by the AWS SDK itself, which knows nothing of Quarkus' configuration.
        SIGNING.forEach(System::setProperty);
        return Map.of(
                "agent.cluster-name", ContractTable.CLUSTER,
                "agent.port", String.valueOf(FreePorts.next()),
                "agent.probe-port", String.valueOf(FreePorts.next()),
                "agent.metrics-port", String.valueOf(FreePorts.next()),
                "agent.metrics-address", "127.0.0.1",
                "agent.bind-hosts", String.join(",", ContractTable.BIND_HOSTS),
                "agent.endpoint", started.endpoint().toString());
    }

    @Override
    public void stop() {
        SIGNING.keySet().forEach(System::clearProperty);
        if (peer != null) {
            peer.close();
        }
    }
}
