package io.podidentity.auth.exchange;

import io.podidentity.auth.WireError;

/** Decides who may call. */
@FunctionalInterface
public interface Callers {

    /** May read a file: never call it on an event loop. */
    Decision check(Call call, Permission wanted);

    /** The result of a check. */
    sealed interface Decision {

        /** The caller may go on; {@code who} is for the log. */
        record Allowed(String who) implements Decision {}

        /** The caller may not; {@code message} goes back to it. */
        record Denied(WireError error, String message) implements Decision {}
    }
}
