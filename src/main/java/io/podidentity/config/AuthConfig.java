package io.podidentity.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The settings of {@code auth}, except where its probes and metrics are. Each is read from the flag
 * of the same name, the system property {@code auth.NAME}, or the environment variable {@code
 * AUTH_NAME}.
 */
@RegisterForReflection
@ConfigMapping(prefix = "auth")
public interface AuthConfig {

    /** The value of {@code --associations} that is no file. */
    String KUBERNETES = "kubernetes";

    @Flag(help = "Address to serve on", shortName = "-b", label = "ADDRESS")
    @WithConverter(Converters.Host.class)
    @WithDefault("127.0.0.1")
    BindHost bindHost();

    @Flag(help = "Port to serve on", shortName = "-p")
    @WithConverter(Converters.Port.class)
    @WithDefault("8443")
    int port();

    @Flag(
            help =
                    "A cluster, and where its signing keys are: a JWKS file, an https URL, or"
                            + " api-server for the cluster this runs in",
            shortName = "-c",
            label = "NAME=KEYS",
            required = true,
            check = Check.CLUSTER_SOURCE)
    Optional<List<String>> cluster();

    @Flag(
            help = "The issuer that a cluster's tokens must name",
            label = "NAME=ISSUER",
            otherwise = "any, since the keys name the cluster",
            check = Check.ISSUER)
    Optional<List<String>> issuer();

    @Flag(
            help =
                    "Asks the API server about each token too, which refuses those of deleted pods;"
                            + " for clusters whose keys are at api-server")
    @WithDefault("false")
    boolean tokenReview();

    @Flag(
            help =
                    "Who may have which role: a YAML file, or kubernetes for the"
                            + " PodIdentityAssociation resources of the cluster this runs in, which"
                            + " come before a file that is given too",
            label = "FILE|kubernetes",
            required = true,
            check = Check.ASSOCIATIONS)
    Optional<List<String>> associations();

    @Flag(
            help =
                    "Lets the PodIdentityAssociation resources of each namespace name any role,"
                            + " whatever its annotation podidentity.io/allowed-roles says")
    @WithDefault("false")
    boolean allowAnyRole();

    @Flag(
            help = "Region of STS and of signatures",
            label = "REGION",
            otherwise = "AWS_REGION or AWS_DEFAULT_REGION",
            check = Check.REGION)
    @WithDefault("${aws.region:}")
    Optional<String> region();

    @Flag(help = "STS' address where it is not the region's own", label = "URL", check = Check.URL)
    Optional<String> stsEndpoint();

    @Flag(
            help = "YAML file of access keys that may call, and what each may do",
            label = "FILE",
            check = Check.FILE)
    Optional<Path> callers();

    @Flag(
            help =
                    "A service account whose own tokens for the audience pod-identity-auth may"
                            + " call: that of the agents",
            label = "NAMESPACE/NAME",
            check = Check.SERVICE_ACCOUNT)
    Optional<List<String>> callerServiceAccount();

    @Flag(
            help = "PEM file of authorities whose client certificates may call",
            label = "FILE",
            check = Check.FILE)
    Optional<Path> clientCa();

    @Flag(
            help = "PEM file of the service's certificate; read again when it changes",
            label = "FILE",
            check = Check.FILE)
    Optional<Path> tlsCert();

    @Flag(help = "PEM file of that certificate's key, PKCS #8", label = "FILE", check = Check.FILE)
    Optional<Path> tlsKey();

    @Flag(help = "Serves without TLS beyond loopback, where something before it has TLS")
    @WithDefault("false")
    boolean allowPlainHttp();

    @Flag(
            help =
                    "Serves the webhook that injects pods on this port, for the cluster whose keys"
                            + " are at api-server",
            otherwise = "none")
    @WithConverter(Converters.Port.class)
    Optional<Integer> injectPort();

    @Flag(
            help = "Name of the MutatingWebhookConfiguration and of the Secret of its authority",
            label = "NAME")
    @WithDefault("pod-identity-webhook")
    String injectWebhook();

    @Flag(help = "Where injected pods ask for credentials", label = "URL", check = Check.URL)
    @WithDefault("http://169.254.170.23/v1/credentials")
    String injectAddress();

    @Flag(
            help = "PEM file of the webhook's certificate; read again when it changes",
            label = "FILE",
            otherwise = "one that it makes itself",
            check = Check.FILE)
    Optional<Path> injectTlsCert();

    @Flag(help = "PEM file of that certificate's key, PKCS #8", label = "FILE", check = Check.FILE)
    Optional<Path> injectTlsKey();
}
