package io.podidentity.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Everything that {@code auth} can be told beyond where its probes and metrics are. Each member is
 * the flag of the same name, the system property {@code auth.NAME} and the environment variable
 * {@code AUTH_NAME}.
 */
@ConfigMapping(prefix = "auth")
public interface AuthConfig {

    /** Where EKS Auth is served. */
    @WithConverter(Converters.Host.class)
    @WithDefault("127.0.0.1")
    BindHost bindHost();

    /** The port of that. */
    @WithConverter(Converters.Port.class)
    @WithDefault("8443")
    int port();

    /** The clusters whose tokens are believed, each as {@link ClusterSource} reads it. */
    Optional<List<String>> cluster();

    /** The issuers that clusters' tokens must name, as {@code CLUSTER=ISSUER}. */
    Optional<List<String>> issuer();

    /** Whether the API server is asked about each token too. */
    @WithDefault("false")
    boolean tokenReview();

    /** The file of associations. */
    Optional<Path> associations();

    /** The region that callers sign for and that ARNs of associations name. */
    @WithDefault("${aws.region:}")
    Optional<String> region();

    /** The file of access keys that may call. */
    Optional<Path> callers();

    /** The PEM file of authorities whose client certificates may call. */
    Optional<Path> clientCa();

    /** The PEM file of the service's certificate and those that vouch for it. */
    Optional<Path> tlsCert();

    /** The PEM file of that certificate's key. */
    Optional<Path> tlsKey();

    /** Whether plain HTTP may be served beyond loopback. */
    @WithDefault("false")
    boolean allowPlainHttp();
}
