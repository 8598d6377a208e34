package io.podidentity.agent.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.podidentity.agent.credentials.PodCredentials;
import java.io.IOException;
import java.time.temporal.ChronoUnit;

/** The body of a success: exactly these keys, in this order. */
record CredentialsBody(PodCredentials credentials) implements Reply.Body {

    @Override
    public void writeFields(JsonGenerator json) throws IOException {
        json.writeStringField("AccessKeyId", credentials.accessKeyId());
        json.writeStringField("SecretAccessKey", credentials.secretAccessKey());
        json.writeStringField("Token", credentials.sessionToken());
        json.writeStringField("AccountId", credentials.accountId());
        // In UTC ending in Z: +00:00 breaks two SDKs, a number four.
        json.writeStringField(
                "Expiration", credentials.expiration().truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
