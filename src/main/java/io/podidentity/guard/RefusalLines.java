package io.podidentity.guard;

import io.podidentity.schedule.ClientLimits;
import io.podidentity.schedule.TokenBucket;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Limits the lines about refused clients, of one and of all: anybody may be refused as often as he
 * likes. What was left out is counted, and told a minute later.
 */
public final class RefusalLines {

    private static final int BURST = 10;
    private static final double PER_SECOND = 0.2;
    private static final int BURST_OF_ALL = 40;
    private static final double PER_SECOND_OF_ALL = 2;
    private static final int CLIENTS = 256;
    private static final int LONGEST = 200;

    private final Logger log;
    private final LongSupplier nanos;
    private final Consumer<Runnable> inAMinute;
    private final TokenBucket all;
    private final ClientLimits clients;
    private long leftOut;

    /**
     * @param inAMinute runs a task then
     */
    public RefusalLines(Logger log, LongSupplier nanos, Consumer<Runnable> inAMinute) {
        this.log = log;
        this.nanos = nanos;
        this.inAMinute = inAMinute;
        this.all = new TokenBucket(BURST_OF_ALL, nanos.getAsLong());
        this.clients = new ClientLimits(PER_SECOND, BURST, CLIENTS, nanos);
    }

    /** Whether a line about a client may be written. */
    public synchronized boolean admit(String client) {
        boolean admitted = clients.allow(client) && all.take(PER_SECOND_OF_ALL, nanos.getAsLong());
        if (!admitted && leftOut++ == 0) {
            inAMinute.accept(this::tell);
        }
        return admitted;
    }

    private synchronized void tell() {
        log.warnf("%d more refusals within a minute were not logged one by one", leftOut);
        leftOut = 0;
    }

    /** A text that a client may have chosen, as it may stand in the log. */
    public static String shortened(@Nullable String text) {
        String all = String.valueOf(text);
        String some = all.length() <= LONGEST ? all : all.substring(0, LONGEST) + "...";
        return some.replaceAll("\\p{Cntrl}", "?");
    }
}
