package io.podidentity.agent.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.token.TokenReading.Expired;
import io.podidentity.token.TokenReading.NotYetValid;
import io.podidentity.token.TokenReading.OutOfTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Status and body of a reply; all HTTP statuses are chosen here. */
record Reply(int status, Body body) {

    /** A JSON object, written without data binding: its classes would be loaded on every node. */
    sealed interface Body permits CredentialsBody, ErrorBody {

        JsonFactory JSON = new JsonFactory();

        void writeFields(JsonGenerator json) throws IOException;

        /** In UTF-8. */
        default byte[] json() {
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            try (JsonGenerator json = JSON.createGenerator(written)) {
                json.writeStartObject();
                writeFields(json);
                json.writeEndObject();
            } catch (IOException e) {
                throw new UncheckedIOException("nothing is written to but memory", e);
            }
            return written.toByteArray();
        }
    }

    /** Reports the error, if this is one. */
    void reportError(HttpEvents events, String client) {
        if (body instanceof ErrorBody error) {
            events.unreadable(error.code(), error.message(), client);
        }
    }

    static Reply of(CredentialOutcome outcome) {
        return switch (outcome) {
            case Issued issued -> new Reply(200, new CredentialsBody(issued.credentials()));
            case Failed failed -> error(failed.status(), failed.code(), failed.message());
            case Rejected rejected ->
                    switch (rejected.reason()) {
                        case TOO_MANY_REQUESTS -> tooManyRequests(rejected.message());
                        // Not 429: Java, Rust and PHP would not ask again.
                        case BUSY -> error(503, "ServiceUnavailableException", rejected.message());
                    };
        };
    }

    static Reply invalidAddress(String message) {
        return error(403, "AccessDeniedException", message);
    }

    static Reply noToken() {
        return error(400, "InvalidParameterException", "Service account token cannot be empty");
    }

    static Reply malformedToken(String problem) {
        return error(
                400, "InvalidTokenException", "Service account token cannot be parsed: " + problem);
    }

    static Reply tokenOutOfTime(OutOfTime outOfTime) {
        String message =
                "Service account token failed basic claim validations: " + outOfTime.problem();
        return switch (outOfTime) {
            case Expired expired ->
                    error(
                            400,
                            "ExpiredTokenException",
                            message + ". The client must re-read its token file");
            case NotYetValid notYetValid ->
                    error(400, "InvalidTokenException", message + ". Check the node's clock");
        };
    }

    static Reply notFound() {
        return error(
                404,
                "ResourceNotFoundException",
                "There is nothing here; credentials are at /v1/credentials");
    }

    static Reply wrongMethod() {
        return error(405, "InvalidRequestException", "Credentials are read with GET");
    }

    static Reply tooManyRequests(String message) {
        return error(429, "ThrottlingException", message);
    }

    static Reply requestTooLate() {
        return error(408, "InvalidRequestException", "The request took too long to arrive");
    }

    static Reply invalidRequest(int status) {
        return error(
                status,
                "InvalidRequestException",
                status == 431
                        ? "The request's header is too large"
                        : "The request is not valid HTTP");
    }

    static Reply tooManyConnections() {
        return error(503, "ServiceUnavailableException", "Too many connections to the agent");
    }

    static Reply bug() {
        return error(500, "InternalServerException", "The agent failed; its log says why");
    }

    private static Reply error(int status, String code, String message) {
        return new Reply(status, new ErrorBody(code, message));
    }
}
