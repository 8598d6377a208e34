package io.podidentity.harness;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;

/** Settings of the wired application: free ports, a node's credentials, and a peer for AWS. */
public abstract class WiredAgent implements QuarkusTestResourceLifecycleManager {

    /** Read by the AWS SDK itself, which knows nothing of Quarkus' configuration. */
    private static final Map<String, String> SDK =
            Map.of(
                    "aws.region", "eu-west-1",
                    "aws.endpointUrlSts", "http://127.0.0.1:9",
                    "aws.accessKeyId", "ASIASIGNINGKEYOFNODE",
                    "aws.secretAccessKey", PackagedAgent.SIGNING_SECRET);

    private final Map<String, String> sdk = new HashMap<>(SDK);

    /**
     * @param more settings of the AWS SDK
     */
    protected WiredAgent(Map<String, String> more) {
        sdk.putAll(more);
    }

    /** Starts the peer; returns settings beyond the least, or in their place. */
    protected abstract Map<String, String> startPeer();

    protected abstract void stopPeer();

    @Override
    public final Map<String, String> start() {
        sdk.forEach(System::setProperty);
        Map<String, String> settings = new HashMap<>();
        settings.put("agent.cluster-name", "dev");
        settings.put("agent.endpoint", "http://127.0.0.1:9");
        settings.put("agent.bind-hosts", "127.0.0.1");
        settings.put("agent.metrics-address", "127.0.0.1");
        for (String port : new String[] {"agent.port", "agent.probe-port", "agent.metrics-port"}) {
            settings.put(port, String.valueOf(FreePorts.next()));
        }
        settings.putAll(startPeer());
        return settings;
    }

    @Override
    public final void stop() {
        sdk.keySet().forEach(System::clearProperty);
        stopPeer();
    }
}
