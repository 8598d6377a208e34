package io.podidentity.schedule;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A token bucket for each client, so that none uses up what all share. */
public final class ClientLimits {

    private final double perSecond;
    private final double burst;
    private final LongSupplier nanos;
    private final Map<String, TokenBucket> buckets;

    /**
     * @param remembered maximum number of clients; the least recently seen is forgotten
     * @param nanos the time, as {@link System#nanoTime()}
     */
    public ClientLimits(double perSecond, double burst, int remembered, LongSupplier nanos) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.nanos = nanos;
        this.buckets =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<String, TokenBucket> eldest) {
                        return size() > remembered;
                    }
                };
    }

    /** Whether the client may do it once more. */
    public boolean allow(String client) {
        long now = nanos.getAsLong();
        TokenBucket bucket;
        synchronized (buckets) {
            bucket = buckets.computeIfAbsent(client, first -> new TokenBucket(burst, now));
        }
        return bucket.take(perSecond, now);
    }

    /** Puts back what the client did not use after all. */
    public void giveBack(String client) {
        @Nullable TokenBucket bucket;
        synchronized (buckets) {
            bucket = buckets.get(client);
        }
        if (bucket != null) {
            bucket.giveBack();
        }
    }
}
