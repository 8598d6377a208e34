package io.podidentity.sdks;

import java.io.IOException;
import java.time.Duration;

/** What goes wrong between a pod and the agent. */
enum Trouble {
    EXPIRED_TOKEN("400") {
        @Override
        void begin(PodToken token, Tap tap) throws IOException {
            token.expire();
            tap.open();
        }
    },
    WRONG_ADDRESS("403") {
        @Override
        void begin(PodToken token, Tap tap) throws IOException {
            token.rotate();
            tap.divert(agent -> agent.calledAs("agent.example.com"));
        }
    },
    NO_ASSOCIATION("404") {
        @Override
        void begin(PodToken token, Tap tap) throws IOException {
            token.disassociate();
            tap.open();
        }
    },
    TOO_MANY_REQUESTS("429") {
        @Override
        void begin(PodToken token, Tap tap) throws IOException {
            token.rotate();
            tap.divert(agent -> Way.error(429, "ThrottlingException", "Too many requests"));
        }
    },
    FAULT("500") {
        @Override
        void begin(PodToken token, Tap tap) throws IOException {
            token.rotate();
            tap.divert(agent -> Way.error(500, "InternalServerException", "The agent failed"));
        }
    },
    UNAVAILABLE("503") {
        @Override
        void begin(PodToken token, Tap tap) throws IOException {
            token.rotate();
            tap.divert(agent -> Way.error(503, "ServiceUnavailableException", "Try again"));
        }
    },
    SLOW("1.5 s") {
        @Override
        void begin(PodToken token, Tap tap) throws IOException {
            token.rotate();
            tap.divert(agent -> agent.late(Duration.ofMillis(1500)));
        }
    };

    private final String title;

    Trouble(String title) {
        this.title = title;
    }

    /** The status of the answer, or the time that it takes. */
    String title() {
        return title;
    }

    /** Makes it so. */
    abstract void begin(PodToken token, Tap tap) throws IOException;
}
