package io.podidentity.auth.sts;

import io.podidentity.aws.OutboundSdkClient;
import io.podidentity.outbound.HttpClient;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;

/** Produces the STS client as the extension configures it, with our own HTTP client. */
@Singleton
class StsClients {

    @Produces
    @Singleton
    StsClient client(StsClientBuilder builder, HttpClient outbound) {
        // The extension's HTTP client knows neither the CA bundle nor all of HTTPS_PROXY.
        return builder.httpClientBuilder(null).httpClient(new OutboundSdkClient(outbound)).build();
    }

    void close(@Disposes StsClient client) {
        client.close();
    }
}
