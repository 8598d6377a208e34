package io.podidentity.aws;

import io.podidentity.outbound.HttpAnswer;
import io.podidentity.outbound.HttpCall;
import io.podidentity.outbound.HttpClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Our HTTP client as the AWS SDK's. */
public final class OutboundSdkClient implements SdkHttpClient {

    private final HttpClient client;

    /**
     * @param client closed by its creator
     */
    public OutboundSdkClient(HttpClient client) {
        this.client = client;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return new Call(client.exchange(call(request)));
    }

    @Override
    public String clientName() {
        return "Outbound";
    }

    @Override
    public void close() {}

    private static HttpCall call(HttpExecuteRequest request) {
        URI uri = request.httpRequest().getUri();
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(request.httpRequest().headers());
        headers.remove("Host");
        headers.remove("Content-Length");
        String body = request.contentStreamProvider().map(OutboundSdkClient::read).orElse("");
        return new HttpCall(request.httpRequest().method().name(), uri, headers, body);
    }

    private static String read(ContentStreamProvider content) {
        try (InputStream in = content.newStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Call(HttpClient.Exchange exchange) implements ExecutableHttpRequest {

        @Override
        public HttpExecuteResponse call() throws IOException {
            HttpAnswer answer = exchange.answer();
            return HttpExecuteResponse.builder()
                    .response(
                            SdkHttpResponse.builder()
                                    .statusCode(answer.status())
                                    .headers(answer.headers())
                                    .build())
                    .responseBody(AbortableInputStream.create(answer.body()))
                    .build();
        }

        @Override
        public void abort() {
            exchange.abort();
        }
    }
}
