package io.podidentity.auth.server;

import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.exchange.ErrorType;
import io.podidentity.auth.exchange.Exchange;
import io.podidentity.auth.exchange.Session;
import io.podidentity.token.TokenRules;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** EKS Auth's messages as JSON. */
final class Wire {

    private Wire() {}

    /** Reads the token from a request's body; ignores other fields, which newer clients send. */
    static Reading tokenIn(@Nullable String body) {
        try {
            Object token = new JsonObject(body == null ? "" : body).getValue("token");
            return token instanceof String text && !text.isEmpty()
                    ? new Request(text)
                    : new Unreadable(
                            ErrorType.INVALID_PARAMETER, "token is missing or not a string");
        } catch (DecodeException e) {
            return new Unreadable(ErrorType.INVALID_REQUEST, "The body is not a JSON object");
        }
    }

    static String success(Exchange.Exchanged exchanged, String region) {
        Session session = exchanged.session();
        RoleAssociation association = exchanged.association();
        return new JsonObject()
                .put(
                        "subject",
                        new JsonObject()
                                .put("namespace", exchanged.token().namespace())
                                .put("serviceAccount", exchanged.token().serviceAccount()))
                .put("audience", TokenRules.EKS_AUDIENCE)
                .put(
                        "podIdentityAssociation",
                        new JsonObject()
                                .put("associationArn", association.arn(region))
                                .put("associationId", association.id()))
                .put(
                        "assumedRoleUser",
                        new JsonObject()
                                .put("arn", session.assumedRoleArn())
                                .put("assumeRoleId", session.assumedRoleId()))
                .put(
                        "credentials",
                        new JsonObject()
                                .put("accessKeyId", session.accessKeyId())
                                .put("secretAccessKey", session.secretAccessKey())
                                .put("sessionToken", session.sessionToken())
                                .put("expiration", session.expiration().getEpochSecond()))
                .encode();
    }

    static String error(String message) {
        return new JsonObject().put("message", message).encode();
    }

    /** The result of reading a body. */
    sealed interface Reading {}

    record Request(String token) implements Reading {

        @Override
        public String toString() {
            return "Request[]";
        }
    }

    record Unreadable(ErrorType type, String problem) implements Reading {}
}
