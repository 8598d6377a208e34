package io.podidentity.contract;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.WiredAgent;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts the application with an EKS Auth behind it that answers as the table says. */
public final class EksAuthOfTheTable extends WiredAgent {

    private @Nullable EksAuthPeer peer;

    public EksAuthOfTheTable() {
        super(Map.of());
    }

    @Override
    protected Map<String, String> startPeer() {
        EksAuthPeer started = EksAuthPeer.start();
        peer = started;
        ContractTable.prepare(started);
        return Map.of(
                "agent.cluster-name", ContractTable.CLUSTER,
                "agent.bind-hosts", String.join(",", ContractTable.BIND_HOSTS),
                "agent.endpoint", started.endpoint().toString());
    }

    @Override
    protected void stopPeer() {
        if (peer != null) {
            peer.close();
        }
    }
}
