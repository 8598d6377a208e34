package io.podidentity.agent.eksauth;

import java.io.ByteArrayInputStream;
import java.io.IOException;
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

/** The SDK's HTTP client. It answers warm-up calls itself, after connecting to EKS Auth. */
final class Transport implements SdkHttpClient {

    private static final Logger LOG = Logger.getLogger(Transport.class);
    private static final Duration CONNECT_WAIT = Duration.ofMillis(500);
    private static final Duration LIFETIME = Duration.ofMinutes(1);

    private final SdkHttpClient real;
    private final Clock clock;

    Transport(SdkHttpClient real, Clock clock) {
        this.real = real;
        this.clock = clock;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return WarmUpSource.running()
                ? new WarmUpCall(request.httpRequest())
                : real.prepareRequest(request);
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
            long expires = clock.instant().plus(LIFETIME).getEpochSecond();
            String body =
                    """
                    {"subject":{"namespace":"none","serviceAccount":"none"},
                     "audience":"none",
                     "podIdentityAssociation":{"associationArn":"none","associationId":"none"},
                     "assumedRoleUser":{"arn":"arn:aws:sts::000000000000:assumed-role/none/none",
                                        "assumeRoleId":"none"},
                     "credentials":{"accessKeyId":"none","secretAccessKey":"none",
                                    "sessionToken":"none","expiration":%d}}
                    """
                            .formatted(expires);
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
