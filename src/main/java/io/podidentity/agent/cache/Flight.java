package io.podidentity.agent.cache;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** One running fetch and those who wait for it; whoever leaves stops nothing. */
final class Flight {

    private final PodToken token;
    private final String client;
    private final long begun;
    private volatile long asked;
    private final CompletableFuture<Answer> landing = new CompletableFuture<>();

    /**
     * A flight about to begin.
     *
     * @param client on whose turn it waits
     * @param begun when, on the timeline
     */
    Flight(PodToken token, String client, long begun) {
        this.token = token;
        this.client = client;
        this.begun = begun;
        this.asked = begun;
    }

    PodToken token() {
        return token;
    }

    String client() {
        return client;
    }

    long begun() {
        return begun;
    }

    /** When somebody last asked for it, on the timeline. */
    long asked() {
        return asked;
    }

    void ask(long now) {
        asked = now;
    }

    boolean landed() {
        return landing.isDone();
    }

    void land(Answer answer) {
        landing.complete(answer);
    }

    /** Tells the answer to one who waits, at once if the flight has landed. */
    void whenLanded(Consumer<Answer> waiting) {
        var _ = landing.thenAccept(waiting);
    }
}
