package io.podidentity.agent.server;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** The body of an error: text and type twice, because SDKs differ in the case they look for. */
record ErrorBody(String code, String message) implements Reply.Body {

    @Override
    public void writeFields(JsonGenerator json) throws IOException {
        json.writeStringField("message", message);
        json.writeStringField("code", code);
        json.writeStringField("Code", code);
        json.writeStringField("Message", message);
    }
}
