package io.podidentity.auth.associations;

import io.vertx.core.json.JsonObject;

/** What the associations' API answers. */
public sealed interface ApiAnswer {

    /** It was done. */
    record Done(JsonObject body) implements ApiAnswer {}

    /** It was not; {@code message} goes to the caller. */
    record Failed(EksError error, String message) implements ApiAnswer {}
}
