package io.podidentity.agent.cache;

import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps one client address from using up what all share. */
final class SourceLimits {

    /** More addresses than a node has; the longest unused is forgotten. */
    private static final int SOURCES = 4_096;

    private final int perSecond;
    private final int burst;
    private final Timeline timeline;
    private final Map<String, TokenBucket> buckets =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, TokenBucket> eldest) {
                    return size() > SOURCES;
                }
            };

    SourceLimits(int perSecond, int burst, Timeline timeline) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.timeline = timeline;
    }

    boolean allow(String client) {
        return bucket(client).take(perSecond, timeline.nanos());
    }

    private TokenBucket bucket(String client) {
        synchronized (buckets) {
            return buckets.computeIfAbsent(
                    client, address -> new TokenBucket(burst, timeline.nanos()));
        }
    }
}
