package io.podidentity.auth.server;

import io.podidentity.auth.associations.AssociationStore;
import io.podidentity.auth.injection.Injection;
import io.podidentity.auth.injection.PodPatch;
import io.podidentity.auth.injection.WebhookCertificate;
import io.podidentity.config.AgentConfig;
import io.podidentity.config.AuthConfig;
import io.podidentity.config.InvalidSettingException;
import io.podidentity.guard.ConnectionGuard;
import io.podidentity.schedule.Background;
import io.podidentity.token.OwnCluster;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** The webhook's settings, checked as a whole. */
record WebhookSettings(AuthConfig config, AgentConfig agent) {

    private static final String PORT = "--inject-port";

    /** At once: none waits for long, and exchanges that do are not in its way. */
    private static final int INJECTIONS = 4;

    private static final Duration API_SERVER_TIMEOUT = Duration.ofSeconds(5);

    /** Empty where pods are injected otherwise. */
    Optional<Webhook> webhook(
            Vertx vertx,
            String region,
            ConnectionGuard guard,
            AssociationStore associations,
            AuthMetrics events,
            Clock clock) {
        return config.injectPort()
                .map(
                        port ->
                                new Webhook(
                                        new WebhookService(
                                                vertx,
                                                config.bindHost().address(),
                                                port,
                                                guard,
                                                new Injection(
                                                        associations,
                                                        AuthSettings.ownCluster(config, PORT),
                                                        new PodPatch(
                                                                region,
                                                                URI.create(config.injectAddress())),
                                                        events),
                                                Background.platform("injection", INJECTIONS)),
                                        keys(vertx, clock)));
    }

    private Webhook.Keys keys(Vertx vertx, Clock clock) {
        if (config.injectTlsCert().isPresent() || config.injectTlsKey().isPresent()) {
            return Webhook.inFiles(
                    new Tls(
                            config.injectTlsCert().orElseThrow(() -> missing("--inject-tls-cert")),
                            config.injectTlsKey().orElseThrow(() -> missing("--inject-tls-key")),
                            null,
                            false),
                    vertx);
        }
        return Webhook.made(
                new WebhookCertificate(
                        OwnCluster.apiServer(agent, API_SERVER_TIMEOUT)
                                .orElseThrow(() -> missing("--inject-tls-cert")),
                        namespace(),
                        config.injectWebhook(),
                        clock));
    }

    private String namespace() {
        Path file = agent.serviceAccountDir().resolve("namespace");
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new InvalidSettingException(
                    PORT, file + " cannot be read", "mount a service account's token");
        }
    }

    private static InvalidSettingException missing(String flag) {
        return new InvalidSettingException(
                flag, "missing", "give --inject-tls-cert and --inject-tls-key outside a cluster");
    }
}
