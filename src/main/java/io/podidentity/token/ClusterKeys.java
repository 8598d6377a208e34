package io.podidentity.token;

import io.podidentity.config.AgentConfig;
import io.podidentity.outbound.Proxies;
import io.podidentity.schedule.Background;
import io.podidentity.schedule.SystemTimeline;
import io.podidentity.token.TokenReading.Current;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Produces the verifier for changed tokens of cached pods, with keys from a file, a URL, or the API
 * server. Without keys EKS Auth is asked about such tokens.
 */
@ApplicationScoped
public class ClusterKeys {

    private static final Logger LOG = Logger.getLogger(ClusterKeys.class);
    private static final Duration KEYS_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration REFRESH_INTERVAL = Duration.ofMinutes(1);
    // In a folder of its own: volumes are often world-writable.
    private static final String KEPT_FILE = "cluster/keys.json";

    @Produces
    @Singleton
    @DefaultBean
    TokenVerifier verifier(
            AgentConfig config, TokenReader reader, SystemTimeline timeline, Clock clock) {
        Optional<KeyDocument> document = document(config);
        if (document.isEmpty()) {
            LOG.info("No keys of the cluster: EKS Auth is asked about each changed token");
            return token -> new TokenVerifier.Verdict.Unverifiable("no keys are configured");
        }
        RefreshingKeys keys =
                new RefreshingKeys(
                        document.get(),
                        config.stateDir().map(folder -> folder.resolve(KEPT_FILE)).orElse(null),
                        RefreshingKeys.Timing.DEFAULT,
                        Background.PLATFORM,
                        clock);
        keys.keepFreshEvery(REFRESH_INTERVAL, timeline::after);
        return new JwtTokenVerifier(
                keys, new TokenRules(ownIssuer(config, reader), config.audience()), clock);
    }

    /** Where the settings say that the keys are; empty if nowhere. */
    public static Optional<KeyDocument> document(AgentConfig config) {
        if (config.jwksFile().isPresent()) {
            return config.jwksFile().map(KeysInFile::new);
        }
        if (config.jwksUri().isPresent()) {
            return config.jwksUri()
                    .map(
                            uri ->
                                    new KeysAtUri(
                                            uri,
                                            config.caBundle().orElse(null),
                                            Proxies.of(System.getenv()),
                                            KEYS_TIMEOUT));
        }
        return OwnCluster.apiServer(config, KEYS_TIMEOUT).map(KeysAtApiServer::new);
    }

    /** The issuer of the agent's own token, which is the cluster's; null without one. */
    private static @Nullable String ownIssuer(AgentConfig config, TokenReader reader) {
        Path own = config.serviceAccountDir().resolve("token");
        if (config.jwksFile().isPresent() || config.jwksUri().isPresent()) {
            return null;
        }
        try {
            return reader.read(Files.readString(own).strip()) instanceof Current current
                    ? current.token().issuer()
                    : null;
        } catch (IOException e) {
            return null;
        }
    }
}
