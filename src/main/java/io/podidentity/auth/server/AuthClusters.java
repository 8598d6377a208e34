package io.podidentity.auth.server;

import io.podidentity.auth.exchange.TokenCallers;
import io.podidentity.config.AgentConfig;
import io.podidentity.config.AuthConfig;
import io.podidentity.config.ClusterSource;
import io.podidentity.config.InvalidSettingException;
import io.podidentity.config.NamedValue;
import io.podidentity.outbound.Proxies;
import io.podidentity.schedule.Background;
import io.podidentity.schedule.Backoff;
import io.podidentity.schedule.Repeating;
import io.podidentity.schedule.SystemTimeline;
import io.podidentity.token.ApiServer;
import io.podidentity.token.JwtTokenVerifier;
import io.podidentity.token.KeyDocument;
import io.podidentity.token.KeySource;
import io.podidentity.token.KeysAtApiServer;
import io.podidentity.token.KeysAtUri;
import io.podidentity.token.KeysInFile;
import io.podidentity.token.OwnCluster;
import io.podidentity.token.RefreshingKeys;
import io.podidentity.token.ReviewedTokens;
import io.podidentity.token.TokenRules;
import io.podidentity.token.TokenVerifier;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Creates the token verifier of each cluster. */
final class AuthClusters {

    private static final Duration KEYS_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(10);
    // Files are cheap to read, and unknown keys should be looked up soon.
    private static final RefreshingKeys.Timing TIMING =
            new RefreshingKeys.Timing(
                    Duration.ofMinutes(5), Duration.ofSeconds(5), Duration.ofSeconds(1));

    private static final Logger LOG = Logger.getLogger(AuthClusters.class);
    private static final Backoff REVIEW_RETRY_BACKOFF =
            new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

    private final AuthConfig config;
    private final AgentConfig agent;
    private final SystemTimeline timeline;
    private final Clock clock;

    AuthClusters(AuthConfig config, AgentConfig agent, SystemTimeline timeline, Clock clock) {
        this.config = config;
        this.agent = agent;
        this.timeline = timeline;
        this.clock = clock;
    }

    /**
     * Who verifies tokens.
     *
     * @param pods by the clusters' names
     * @param callers tokens of those who call, of any cluster
     */
    record Verifiers(Map<String, TokenVerifier> pods, List<TokenVerifier> callers) {}

    Verifiers verifiers() {
        Map<String, TokenVerifier> verifiers = new LinkedHashMap<>();
        List<TokenVerifier> callers = new ArrayList<>();
        for (ClusterSource source : sources()) {
            KeySource keys = keys(source);
            callers.add(signatures(source, keys, TokenCallers.AUDIENCE));
            if (verifiers.put(source.name(), verifier(source, keys)) != null) {
                throw new InvalidSettingException(
                        "--cluster", source.name() + " is there twice", "give each once");
            }
        }
        if (verifiers.isEmpty()) {
            throw new InvalidSettingException("--cluster", "missing", "give NAME=KEYS");
        }
        for (NamedValue issuer : issuers()) {
            if (!verifiers.containsKey(issuer.name())) {
                throw new InvalidSettingException(
                        "--issuer",
                        issuer.name() + " is no cluster of --cluster",
                        "give one of " + verifiers.keySet());
            }
        }
        return new Verifiers(verifiers, callers);
    }

    private List<ClusterSource> sources() {
        return config.cluster().orElse(List.of()).stream().map(ClusterSource::parse).toList();
    }

    private List<NamedValue> issuers() {
        return config.issuer().orElse(List.of()).stream().map(NamedValue::issuer).toList();
    }

    private KeySource keys(ClusterSource source) {
        RefreshingKeys keys =
                new RefreshingKeys(document(source), null, TIMING, Background.PLATFORM, clock);
        keys.keepFreshEvery(REFRESH_INTERVAL, timeline::after);
        return keys;
    }

    private TokenVerifier signatures(ClusterSource source, KeySource keys, String audience) {
        return new JwtTokenVerifier(
                keys, new TokenRules(issuer(source.name()), Set.of(audience)), clock);
    }

    private TokenVerifier verifier(ClusterSource source, KeySource keys) {
        TokenVerifier signatures = signatures(source, keys, TokenRules.EKS_AUDIENCE);
        if (!config.tokenReview() || !isOwn(source)) {
            return signatures;
        }
        ReviewedTokens reviewed = new ReviewedTokens(signatures, apiServer());
        logWhetherItMayReview(source.name(), reviewed);
        return reviewed;
    }

    /** Until it may, each exchange is refused, and only its caller is told why. */
    private void logWhetherItMayReview(String cluster, ReviewedTokens reviewed) {
        var _ =
                Repeating.untilDone(
                        REVIEW_RETRY_BACKOFF,
                        Background.scheduler(timeline),
                        () -> {
                            reviewed.checkPermission();
                            LOG.infof("Tokens of cluster %s are reviewed", cluster);
                            return true;
                        },
                        problem ->
                                LOG.warnf(
                                        "Tokens of cluster %s cannot be reviewed, and are refused: %s",
                                        cluster, problem.getMessage()));
    }

    private static boolean isOwn(ClusterSource source) {
        return source.keys().equals(ClusterSource.API_SERVER);
    }

    private KeyDocument document(ClusterSource source) {
        if (isOwn(source)) {
            return new KeysAtApiServer(apiServer());
        }
        return source.isUrl()
                ? new KeysAtUri(
                        URI.create(source.keys()),
                        agent.caBundle().orElse(null),
                        Proxies.of(System.getenv()),
                        KEYS_TIMEOUT)
                : new KeysInFile(Path.of(source.keys()));
    }

    private ApiServer apiServer() {
        return OwnCluster.apiServer(agent, KEYS_TIMEOUT)
                .orElseThrow(
                        () ->
                                new InvalidSettingException(
                                        "--cluster",
                                        "there is no API server outside a cluster",
                                        "give a JWKS file or URL"));
    }

    private @Nullable String issuer(String cluster) {
        return issuers().stream()
                .filter(each -> each.name().equals(cluster))
                .map(NamedValue::value)
                .findFirst()
                .orElse(null);
    }
}
