package io.podidentity.auth.sts;

import io.podidentity.harness.StsPeer;
import io.podidentity.harness.WiredAgent;
import java.util.Map;

/** Starts the application with an STS that answers as it is told. */
public final class StsPeerResource extends WiredAgent {

    private final StsPeer peer = new StsPeer("ASIAPEER");

    public StsPeerResource() {
        super(Map.of("aws.maxAttempts", "1"));
    }

    @Override
    protected Map<String, String> startPeer() {
        return Map.of("quarkus.sts.endpoint-override", peer.endpoint().toString());
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(peer, new TestInjector.MatchesType(StsPeer.class));
    }

    @Override
    protected void stopPeer() {
        peer.close();
    }
}
