package io.podidentity.agent.server;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.podidentity.agent.credentials.PodCredentials;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.temporal.ChronoUnit;

/** The body of a success: exactly these keys, in this order. */
@JsonPropertyOrder({"AccessKeyId", "SecretAccessKey", "Token", "AccountId", "Expiration"})
@RegisterForReflection
record CredentialsBody(
        @JsonProperty("AccessKeyId") String accessKeyId,
        @JsonProperty("SecretAccessKey") String secretAccessKey,
        @JsonProperty("Token") String token,
        @JsonProperty("AccountId") String accountId,
        @JsonProperty("Expiration") String expiration) {

    static CredentialsBody of(PodCredentials credentials) {
        return new CredentialsBody(
                credentials.accessKeyId(),
                credentials.secretAccessKey(),
                credentials.sessionToken(),
                credentials.accountId(),
                // In UTC ending in Z: +00:00 breaks two SDKs, a number four.
                credentials.expiration().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    @Override
    public String toString() {
        return "CredentialsBody[" + accessKeyId + ", expires " + expiration + "]";
    }
}
