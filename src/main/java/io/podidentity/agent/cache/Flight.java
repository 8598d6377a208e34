package io.podidentity.agent.cache;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A running fetch or renewal; a waiter that leaves does not cancel it. */
final class Flight {

    private final PodToken token;
    private final String client;
    private final long startNanos;
    private volatile long lastRequestNanos;
    private final CompletableFuture<Answer> landing = new CompletableFuture<>();

    /**
     * A flight about to start.
     *
     * @param client in whose turn it waits
     * @param startNanos when, on the timeline
     */
    Flight(PodToken token, String client, long startNanos) {
        this.token = token;
        this.client = client;
        this.startNanos = startNanos;
        this.lastRequestNanos = startNanos;
    }

    PodToken token() {
        return token;
    }

    String client() {
        return client;
    }

    long startNanos() {
        return startNanos;
    }

    /** When a client last asked for it, on the timeline. */
    long lastRequestNanos() {
        return lastRequestNanos;
    }

    void requested(long nanos) {
        lastRequestNanos = nanos;
    }

    boolean landed() {
        return landing.isDone();
    }

    void land(Answer answer) {
        landing.complete(answer);
    }

    /** Passes the answer to a waiter, at once if the flight has landed. */
    void whenLanded(Consumer<Answer> waiting) {
        var _ = landing.thenAccept(waiting);
    }
}
