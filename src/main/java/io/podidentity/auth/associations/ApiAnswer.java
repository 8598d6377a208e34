package io.podidentity.auth.associations;

import io.vertx.core.json.JsonObject;

/** What the associations' API answers. */
public sealed interface ApiAnswer {

    /** Success. */
    record Done(JsonObject body) implements ApiAnswer {}

    /** Failure; {@code message} goes to the caller. */
    record Failed(EksError error, String message) implements ApiAnswer {}
}
