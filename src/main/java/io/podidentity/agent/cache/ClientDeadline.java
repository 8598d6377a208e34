package io.podidentity.agent.cache;

import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.schedule.Timeline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Waits for a flight, at most the client timeout. */
final class ClientDeadline {

    private final Duration wait;
    private final BooleanSupplier throttled;
    private final Timeline timeline;
    private final CacheEvents events;

    /**
     * @param wait the client timeout
     * @param throttled whether EKS Auth throttles, which is said to who waited in vain
     */
    ClientDeadline(
            Duration wait, BooleanSupplier throttled, Timeline timeline, CacheEvents events) {
        this.wait = wait;
        this.throttled = throttled;
        this.timeline = timeline;
        this.events = events;
    }

    /** Waits for a flight that this request started. */
    CompletionStage<Answer> await(Flight flight) {
        return await(flight, UnaryOperator.identity(), this::late);
    }

    /** Waits for a flight that another request started. */
    CompletionStage<Answer> join(Flight flight) {
        return join(flight, this::late);
    }

    /**
     * @param late answers if the flight takes too long; the flight goes on
     */
    CompletionStage<Answer> join(Flight flight, Supplier<Answer> late) {
        events.joined();
        flight.requested(timeline.nanos());
        return await(flight, Answer::joined, late);
    }

    /** Whether a request may be waiting for the flight now. */
    boolean waitedFor(Flight flight) {
        return timeline.since(flight.lastRequestNanos()).compareTo(wait) < 0;
    }

    private CompletionStage<Answer> await(
            Flight flight, UnaryOperator<Answer> landed, Supplier<Answer> late) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        if (flight.landed()) {
            flight.whenLanded(landing -> answer.complete(landed.apply(landing)));
        } else {
            Timeline.Timer timer = timeline.after(wait, () -> answer.complete(late.get()));
            flight.whenLanded(
                    landing -> {
                        timer.cancel();
                        answer.complete(landed.apply(landing));
                    });
        }
        return answer.thenApply(this::countRejection);
    }

    private Answer countRejection(Answer answer) {
        if (answer.outcome() instanceof Rejected rejected) {
            events.rejected(rejected.reason());
        }
        return answer;
    }

    private Answer late() {
        String why = throttled.getAsBoolean() ? ", it throttles this node's calls" : "";
        return Answer.rejected(
                Reason.BUSY, "EKS Auth has not answered in time" + why + "; try again");
    }
}
