package io.podidentity.auth.server;

import io.podidentity.auth.exchange.AccessKeys;
import io.podidentity.auth.exchange.Callers;
import io.podidentity.auth.exchange.KnownCallers;
import io.podidentity.auth.exchange.LocalCallers;
import io.podidentity.auth.exchange.SignatureCheck;
import io.podidentity.auth.exchange.TokenCallers;
import io.podidentity.aws.SdkSettings;
import io.podidentity.config.AuthConfig;
import io.podidentity.config.ClusterSource;
import io.podidentity.config.InvalidSettingException;
import io.podidentity.token.TokenVerifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The service's settings, checked as a whole. */
final class AuthSettings {

    private AuthSettings() {}

    static AuthServiceSettings listener(AuthConfig config) {
        String host = config.bindHost().address();
        Tls tls = tls(config);
        try {
            return new AuthServiceSettings(
                    host, config.port(), region(config), tls, config.allowPlainHttp());
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(
                    "--bind-host",
                    String.valueOf(e.getMessage()),
                    "give --tls-cert and --tls-key, or --allow-plain-http where something before"
                            + " the service has TLS");
        }
    }

    /** The file of associations, if one is given. */
    static Optional<Path> associationsFile(AuthConfig config) {
        List<String> given =
                config.associations()
                        .orElseThrow(() -> missing("--associations", "give a file, or kubernetes"));
        List<String> files =
                given.stream().filter(each -> !each.equals(AuthConfig.KUBERNETES)).toList();
        if (files.size() > 1) {
            throw new InvalidSettingException(
                    "--associations", files + " are several files", "give one");
        }
        return files.stream().findFirst().map(Path::of);
    }

    static boolean associationsInCluster(AuthConfig config) {
        return config.associations().orElse(List.of()).contains(AuthConfig.KUBERNETES);
    }

    /**
     * The name of the cluster that this runs in.
     *
     * @param flag what asks for it, for the error
     */
    static String ownCluster(AuthConfig config, String flag) {
        List<ClusterSource> all =
                config.cluster().orElse(List.of()).stream().map(ClusterSource::parse).toList();
        List<ClusterSource> own =
                all.stream().filter(each -> each.keys().equals(ClusterSource.API_SERVER)).toList();
        List<ClusterSource> candidates = own.isEmpty() ? all : own;
        if (candidates.size() != 1) {
            throw new InvalidSettingException(
                    flag,
                    "it is not clear which of the clusters this runs in",
                    "give that as --cluster NAME=" + ClusterSource.API_SERVER);
        }
        return candidates.getFirst().name();
    }

    /**
     * @param nodes verifiers of callers' tokens, one for each cluster
     */
    static Callers callers(
            AuthConfig config,
            AuthServiceSettings settings,
            List<TokenVerifier> nodes,
            Clock clock) {
        Set<String> accounts = Set.copyOf(config.callerServiceAccount().orElse(List.of()));
        if (config.callers().isEmpty() && config.clientCa().isEmpty() && accounts.isEmpty()) {
            if (!settings.onLoopback()) {
                throw new InvalidSettingException(
                        "--bind-host",
                        "anybody who reaches " + settings.host() + " could call",
                        "give --callers, --caller-service-account or --client-ca");
            }
            return new LocalCallers(settings.host());
        }
        return new KnownCallers(
                signatures(config, settings.region(), clock),
                accounts.isEmpty() ? null : new TokenCallers(nodes, accounts, clock),
                config.clientCa().isPresent());
    }

    private static @Nullable SignatureCheck signatures(
            AuthConfig config, String region, Clock clock) {
        Path file = config.callers().orElse(null);
        try {
            return file == null ? null : new SignatureCheck(new AccessKeys(file), region, clock);
        } catch (IOException e) {
            throw new InvalidSettingException(
                    "--callers", file + ": " + e.getMessage(), "see the README for what it holds");
        }
    }

    private static @Nullable Tls tls(AuthConfig config) {
        if (config.tlsCert().isEmpty() && config.tlsKey().isEmpty()) {
            if (config.clientCa().isPresent()) {
                throw missing("--tls-cert", "--client-ca needs --tls-cert and --tls-key");
            }
            return null;
        }
        return new Tls(
                config.tlsCert().orElseThrow(() -> missing("--tls-cert", "--tls-key needs it")),
                config.tlsKey().orElseThrow(() -> missing("--tls-key", "--tls-cert needs it")),
                config.clientCa().orElse(null),
                config.callers().isEmpty() && config.callerServiceAccount().isEmpty());
    }

    private static String region(AuthConfig config) {
        return config.region()
                .or(SdkSettings::region)
                .orElseThrow(
                        () ->
                                new InvalidSettingException(
                                        "--region",
                                        "no region is set",
                                        "give it, or set AWS_REGION"));
    }

    private static InvalidSettingException missing(String flag, String remedy) {
        return new InvalidSettingException(flag, "missing", remedy);
    }
}
