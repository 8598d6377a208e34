package io.podidentity.agent.eksauth;

import io.podidentity.aws.OutboundSdkClient;
import io.podidentity.outbound.HttpClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
 * and sends the later ones to the warm-up's own server. With each fifth of those it connects to EKS
 * Auth over TLS, and sends nothing: a burst of pods begins with handshakes, and costs a fifth less
 * where their code is compiled.
 */
final class Transport implements SdkHttpClient {

    private static final Logger LOG = Logger.getLogger(Transport.class);
    private static final Duration CONNECT_WAIT = Duration.ofMillis(500);
    private static final int CALLS_A_HANDSHAKE = 5;

    private final HttpClient client;
    private final SdkHttpClient real;
    private final Clock clock;
    private final AtomicInteger redirected = new AtomicInteger();

    /** False while one runs, and for good after one that failed or was slow: pods need it more. */
    private final AtomicBoolean nextHandshake = new AtomicBoolean(true);

    Transport(HttpClient client, Clock clock) {
        this.client = client;
        this.real = new OutboundSdkClient(client);
        this.clock = clock;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        if (!WarmUpSource.running()) {
            return real.prepareRequest(request);
        }
        URI server = WarmUpSource.server();
        if (server == null) {
            return new WarmUpCall(request.httpRequest());
        }
        if (redirected.getAndIncrement() % CALLS_A_HANDSHAKE == 0) {
            rehearse(request.httpRequest().getUri());
        }
        return real.prepareRequest(redirected(request, server));
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
            connecting.interrupt();
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

    /** Nobody waits for it: the call that it comes with has a second. */
    private void rehearse(URI eksAuth) {
        if (eksAuth.getScheme().equals("https") && nextHandshake.compareAndSet(true, false)) {
            // Authorities are files, which pin a virtual thread's carrier.
            Thread.ofPlatform().daemon().name("warm-up").start(() -> handshake(eksAuth));
        }
    }

    private void handshake(URI eksAuth) {
        long start = System.nanoTime();
        try {
            client.handshake(eksAuth);
            nextHandshake.set(System.nanoTime() - start < CONNECT_WAIT.toNanos());
        } catch (IOException | RuntimeException e) {
            LOG.debugf("No more handshakes with EKS Auth at %s: %s", eksAuth.getHost(), e);
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
