package io.podidentity.auth.exchange;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A request as it arrived, to authenticate its caller.
 *
 * @param method such as {@code POST}
 * @param uri path and query as they were sent
 * @param headers by name in lower case
 * @param certificate the name in the client's certificate, null without one
 */
public record Call(
        String method,
        boolean tls,
        String uri,
        Map<String, List<String>> headers,
        Buffer body,
        @Nullable String certificate) {

    public static Call of(HttpServerRequest request, Buffer body) {
        Map<String, List<String>> headers = new TreeMap<>();
        request.headers()
                .forEach(
                        header ->
                                headers.computeIfAbsent(
                                                header.getKey().toLowerCase(Locale.ROOT),
                                                name -> new ArrayList<>())
                                        .add(header.getValue()));
        return new Call(
                request.method().name(),
                request.isSSL(),
                request.uri(),
                headers,
                body,
                certificate(request.sslSession()));
    }

    @Nullable String header(String name) {
        List<String> values = headers.get(name);
        return values == null || values.size() != 1 ? null : values.getFirst();
    }

    private static @Nullable String certificate(@Nullable SSLSession session) {
        try {
            if (session == null) {
                return null;
            }
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate own
                    ? own.getSubjectX500Principal().getName()
                    : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return "Call[" + method + " " + uri + "]";
    }
}
