package io.podidentity.auth.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The client of the cluster's API, which calls as this service's own account. */
final class ClusterClient implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** The API server sends each watch a bookmark every minute; whose does not is gone. */
    private static final Duration IDLE = Duration.ofSeconds(150);

    // Doubled up to eight seconds.
    private static final Duration FIRST_RECONNECT = Duration.ofMillis(250);

    private final Path tokenFile;
    private final KubernetesClient client;
    private volatile String token;

    /**
     * @param account the folder of the service's own projected token and the cluster's authorities
     * @throws IOException if there is no token
     */
    ClusterClient(Vertx vertx, URI address, Path account) throws IOException {
        this(vertx, address, account, IDLE);
    }

    ClusterClient(Vertx vertx, URI address, Path account, Duration idle) throws IOException {
        this.tokenFile = account.resolve("token");
        this.token = read();
        Config config =
                new ConfigBuilder(Config.empty())
                        .withMasterUrl(address.toString())
                        .withCaCertFile(account.resolve("ca.crt").toString())
                        .withConnectionTimeout((int) TIMEOUT.toMillis())
                        .withRequestTimeout((int) TIMEOUT.toMillis())
                        // Whoever calls tries again.
                        .withRequestRetryBackoffLimit(0)
                        .withWatchReconnectInterval((int) FIRST_RECONNECT.toMillis())
                        .build();
        config.setOauthTokenProvider(() -> token);
        this.client =
                new KubernetesClientBuilder()
                        .withConfig(config)
                        .withHttpClientFactory(closingIdle(vertx, idle))
                        .withKubernetesSerialization(serialization())
                        .withTaskExecutor(
                                Executors.newCachedThreadPool(
                                        Thread.ofPlatform()
                                                .daemon()
                                                .name("kubernetes-", 0)
                                                .factory()))
                        .build();
    }

    /** Otherwise a watch through a connection that is gone without a word would look current. */
    private static VertxHttpClientFactory closingIdle(Vertx vertx, Duration idle) {
        return new VertxHttpClientFactory(vertx) {
            @Override
            protected void additionalConfig(WebClientOptions options) {
                options.setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setIdleTimeout((int) idle.toMillis());
            }
        };
    }

    /** Only the kinds in use: by itself the client looks for all that it has a class for. */
    private static KubernetesSerialization serialization() {
        KubernetesSerialization serialization =
                new KubernetesSerialization(new ObjectMapper(), false);
        serialization.registerKubernetesResource(PodIdentityAssociation.class);
        serialization.registerKubernetesResource(Namespace.class);
        serialization.registerKubernetesResource(Status.class);
        return serialization;
    }

    KubernetesClient api() {
        return client;
    }

    MixedOperation<
                    PodIdentityAssociation,
                    KubernetesResourceList<PodIdentityAssociation>,
                    Resource<PodIdentityAssociation>>
            associations() {
        return client.resources(PodIdentityAssociation.class);
    }

    /**
     * Takes a new token, which kubelet writes before the old one ends. To be called often, on a
     * thread of the platform.
     */
    void refreshToken() throws IOException {
        token = read();
    }

    private String read() throws IOException {
        return Files.readString(tokenFile).strip();
    }

    /** Why a call failed, and what to do where that is known. */
    static String explain(String kind, KubernetesClientException e) {
        return switch (e.getCode()) {
            case 401 ->
                    "the API server refuses this service's token with 401; see that its projected"
                            + " token is renewed";
            case 403 ->
                    "this service may not use %s: bind its service account to the ClusterRole of rbac.yaml (%s)"
                            .formatted(kind, message(e));
            case 404 -> kind + " are unknown to the cluster: apply crd.yaml";
            // No answer.
            case -1, 0 -> "the API server cannot be reached: " + reason(e);
            default -> "the API server answers " + e.getCode() + ": " + message(e);
        };
    }

    static String message(KubernetesClientException e) {
        return String.valueOf(
                e.getStatus() == null || e.getStatus().getMessage() == null
                        ? e.getMessage()
                        : e.getStatus().getMessage());
    }

    private static String reason(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ", " + root.getMessage();
    }

    @Override
    public void close() {
        client.close();
    }
}
