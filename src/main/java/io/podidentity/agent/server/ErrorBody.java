package io.podidentity.agent.server;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.quarkus.runtime.annotations.RegisterForReflection;

/** The body of an error: text and type twice, because SDKs differ in the case they look for. */
@JsonPropertyOrder({"message", "code", "Code", "Message"})
@RegisterForReflection
record ErrorBody(
        @JsonProperty("message") String message,
        @JsonProperty("code") String code,
        @JsonProperty("Code") String upperCode,
        @JsonProperty("Message") String upperMessage) {

    ErrorBody(String code, String message) {
        this(message, code, code, message);
    }
}
