package io.podidentity.agent.eksauth;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.WiredAgent;
import java.util.Map;

/** Starts the application on free ports of loopback with a scripted EKS Auth behind it. */
public final class EksAuthPeerResource extends WiredAgent {

    private final HttpPeer peer = new HttpPeer().answer(EksAuthAnswers.issued());

    public EksAuthPeerResource() {
        super(Map.of());
    }

    @Override
    protected Map<String, String> startPeer() {
        return Map.of(
                "agent.cluster-name", "shop-cluster", "agent.endpoint", peer.address().toString());
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(peer, new TestInjector.MatchesType(HttpPeer.class));
    }

    @Override
    protected void stopPeer() {
        peer.close();
    }
}
