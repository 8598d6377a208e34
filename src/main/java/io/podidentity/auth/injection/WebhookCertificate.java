package io.podidentity.auth.injection;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.podidentity.token.ApiServer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes and renews the certificate that the webhook serves with. All replicas share the authority
 * in a Secret and keep the MutatingWebhookConfiguration trusting it; each signs its own
 * certificate, which needs no agreement. Not to be used by several threads at once.
 */
public final class WebhookCertificate {

    private static final Logger LOG = Logger.getLogger(WebhookCertificate.class);
    private static final Duration LIFETIME = Duration.ofDays(30);
    private static final String CERTIFICATES = "ca.crt";
    private static final String KEYS = "ca.key";

    private final ApiServer server;
    private final String secret;
    private final String configuration;
    private final Clock clock;
    private @Nullable Signed served;

    /**
     * @param namespace of the Secret
     * @param name of the Secret, and of the configuration
     */
    public WebhookCertificate(ApiServer server, String namespace, String name, Clock clock) {
        this.server = server;
        this.secret = "/api/v1/namespaces/%s/secrets/%s".formatted(namespace, name);
        this.configuration =
                "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/" + name;
        this.clock = clock;
    }

    /**
     * Mends what is due or missing; to be called often. Blocks.
     *
     * @return what to serve with from now on; empty for the same as before
     * @throws IOException if the API server does not allow it; the message says why
     */
    public Optional<ServerKey> refresh() throws IOException {
        try {
            return refresh(clock.instant());
        } catch (DecodeException | ClassCastException e) {
            throw new IOException("the API server's answer cannot be read", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Optional<ServerKey> refresh(Instant now) throws IOException, GeneralSecurityException {
        Authorities authorities = authorities(now);
        String host = trust(authorities);
        CertifiedKey signer = authorities.signer(now);
        if (served != null && served.isGood(host, signer, now)) {
            return Optional.empty();
        }
        served = new Signed(host, signer, signer.server(host, now, LIFETIME));
        LOG.infof("The webhook has a certificate for %s until %s", host, served.own().ends());
        return Optional.of(new ServerKey(served.own().certificatePem(), served.own().keyPem()));
    }

    private Authorities authorities(Instant now) throws IOException, GeneralSecurityException {
        JsonObject found = get(secret);
        Authorities before = parse(found);
        if (!before.isDue(now)) {
            return before;
        }
        Authorities renewed = before.renewed(now);
        try {
            patch(secret, found, Map.of("/data", data(renewed)));
            LOG.infof("Made an authority for the webhook's certificate, in %s", secret);
            return renewed;
        } catch (IOException e) {
            // Another replica may have been faster.
            Authorities others = parse(get(secret));
            if (others.isDue(now)) {
                throw e;
            }
            return others;
        }
    }

    private static Authorities parse(JsonObject found) {
        JsonObject data = found.getJsonObject("data", new JsonObject());
        return Authorities.parse(decoded(data, CERTIFICATES), decoded(data, KEYS));
    }

    private static JsonObject data(Authorities authorities) {
        return new JsonObject()
                .put(CERTIFICATES, encoded(authorities.certificates()))
                .put(KEYS, encoded(authorities.keys()));
    }

    /**
     * Makes the API server trust the authorities.
     *
     * @return the host at which it calls
     */
    private String trust(Authorities authorities) throws IOException {
        JsonObject found = get(configuration);
        JsonArray webhooks = found.getJsonArray("webhooks", new JsonArray());
        String wanted = encoded(authorities.certificates());
        Map<String, Object> changes = new LinkedHashMap<>();
        for (int i = 0; i < webhooks.size(); i++) {
            JsonObject client = webhooks.getJsonObject(i).getJsonObject("clientConfig");
            if (!wanted.equals(client.getString("caBundle"))) {
                changes.put("/webhooks/%d/clientConfig/caBundle".formatted(i), wanted);
            }
        }
        if (!changes.isEmpty()) {
            patch(configuration, found, changes);
        }
        if (webhooks.isEmpty()) {
            throw new IOException(configuration + " has no webhook");
        }
        return host(webhooks.getJsonObject(0).getJsonObject("clientConfig"));
    }

    private static String host(JsonObject client) throws IOException {
        JsonObject service = client.getJsonObject("service");
        String host =
                service == null
                        ? URI.create(client.getString("url", "")).getHost()
                        : service.getString("name") + "." + service.getString("namespace") + ".svc";
        if (host == null) {
            throw new IOException("the webhook's configuration names no host");
        }
        return host.replaceAll("[\\[\\]]", "");
    }

    private JsonObject get(String path) throws IOException {
        return new JsonObject(server.get(path));
    }

    /** Sets fields, unless somebody else has changed the object in between. */
    private void patch(String path, JsonObject found, Map<String, Object> fields)
            throws IOException {
        String version = found.getJsonObject("metadata").getString("resourceVersion");
        JsonArray operations =
                new JsonArray().add(operation("test", "/metadata/resourceVersion", version));
        fields.forEach((field, value) -> operations.add(operation("add", field, value)));
        var _ = server.patch(path, operations.encode());
    }

    private static JsonObject operation(String op, String path, Object value) {
        return new JsonObject().put("op", op).put("path", path).put("value", value);
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static String decoded(JsonObject data, String key) {
        try {
            return new String(Base64.getDecoder().decode(data.getString(key, "")), UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private record Signed(String host, CertifiedKey signer, CertifiedKey own) {

        boolean isGood(String wanted, CertifiedKey by, Instant now) {
            return host.equals(wanted)
                    && signer.certificate().equals(by.certificate())
                    && !own.isDue(now);
        }
    }
}
