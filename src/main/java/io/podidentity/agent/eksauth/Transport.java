package io.podidentity.agent.eksauth;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import org.jboss.logging.Logger;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * The SDK's HTTP client. It answers the first warm-up calls itself, after connecting to EKS Auth,
 * and sends the later ones to the warm-up's own server.
 */
final class Transport implements SdkHttpClient {

    private static final Logger LOG = Logger.getLogger(Transport.class);
    private static final Duration CONNECT_WAIT = Duration.ofMillis(500);

    private final SdkHttpClient real;
    private final Clock clock;

    Transport(SdkHttpClient real, Clock clock) {
        this.real = real;
        this.clock = clock;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        if (!WarmUpSource.running()) {
            return real.prepareRequest(request);
        }
        URI server = WarmUpSource.server();
        return server == null
                ? new WarmUpCall(request.httpRequest())
                : real.prepareRequest(redirected(request, server));
    }

    /** Without its headers, which carry the node's own credentials. */
    private static HttpExecuteRequest redirected(HttpExecuteRequest request, URI server) {
        SdkHttpFullRequest redirected =
                SdkHttpFullRequest.builder()
                        .method(SdkHttpMethod.POST)
                        .uri(server)
                        .putHeader("Content-Type", "application/json")
                        .build();
        return HttpExecuteRequest.builder()
                .request(redirected)
                .contentStreamProvider(request.contentStreamProvider().orElse(null))
                .build();
    }

    @Override
    public String clientName() {
        return real.clientName();
    }

    @Override
    public void close() {
        real.close();
    }

    private void connect(SdkHttpRequest call) {
        SdkHttpFullRequest request =
                SdkHttpFullRequest.builder()
                        .method(SdkHttpMethod.HEAD)
                        .protocol(call.protocol())
                        .host(call.host())
                        .port(call.port())
                        .encodedPath("/")
                        .build();
        // Resolving a name pins a virtual thread's carrier.
        Thread connecting = Thread.ofPlatform().daemon().name("warm-up").start(() -> head(request));
        try {
            // The SDK's call must end in time, or parsing its answer is not warmed up.
            if (!connecting.join(CONNECT_WAIT)) {
                connecting.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void head(SdkHttpFullRequest request) {
        try {
            HttpExecuteResponse response =
                    real.prepareRequest(HttpExecuteRequest.builder().request(request).build())
                            .call();
            response.responseBody().ifPresent(AbortableInputStream::abort);
        } catch (IOException | RuntimeException e) {
            LOG.debugf("EKS Auth at %s cannot be reached yet: %s", request.host(), e);
        }
    }

    private final class WarmUpCall implements ExecutableHttpRequest {

        private final SdkHttpRequest call;

        WarmUpCall(SdkHttpRequest call) {
            this.call = call;
        }

        @Override
        public HttpExecuteResponse call() {
            connect(call);
            String body = WarmUpSource.answer(clock.instant());
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            return HttpExecuteResponse.builder()
                    .response(
                            SdkHttpResponse.builder()
                                    .statusCode(200)
                                    .putHeader("Content-Type", "application/json")
                                    .putHeader("Content-Length", String.valueOf(bytes.length))
                                    .build())
                    .responseBody(AbortableInputStream.create(new ByteArrayInputStream(bytes)))
                    .build();
        }

        @Override
        public void abort() {
            // Nothing to abort.
        }
    }
}
