package io.podidentity.cli;

import io.podidentity.config.ClusterSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The flags of {@code auth}, which become properties as those of {@code server} do. */
@Command(
        name = "auth",
        description = "Runs an EKS Auth of one's own, which hands out sessions of real STS.")
final class AuthCommand {

    @Option(
            names = {"-c", "--cluster"},
            required = true,
            split = ",",
            paramLabel = "NAME=KEYS",
            converter = Checked.Source.class,
            description =
                    "A cluster, and where its signing keys are: a JWKS file, an https URL, or"
                            + " api-server for the cluster this runs in; may be given again."
                            + " Required.")
    @Nullable List<String> cluster;

    @Option(
            names = "--issuer",
            split = ",",
            paramLabel = "NAME=ISSUER",
            converter = Checked.Issuer.class,
            description =
                    "The issuer that a cluster's tokens must name; may be given again. Default:"
                            + " any, since the keys name the cluster.")
    @Nullable List<String> issuer;

    @Option(
            names = "--token-review",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            converter = Checked.Truth.class,
            description =
                    "Asks the API server about each token too, which refuses those of deleted"
                            + " pods; for clusters whose keys are at api-server. Default: false.")
    @Nullable String tokenReview;

    @Option(
            names = "--associations",
            required = true,
            paramLabel = "FILE",
            converter = Checked.FileOrNew.class,
            description = "YAML file of who may have which role. Required.")
    @Nullable String associations;

    @Option(
            names = "--region",
            paramLabel = "REGION",
            converter = Checked.Region.class,
            description =
                    "Region of STS and of signatures. Default: AWS_REGION or AWS_DEFAULT_REGION.")
    @Nullable String region;

    @Option(
            names = "--sts-endpoint",
            paramLabel = "URL",
            converter = Checked.Url.class,
            description = "STS' address where it is not the region's own.")
    @Nullable String stsEndpoint;

    @Option(
            names = {"-b", "--bind-host"},
            paramLabel = "ADDRESS",
            converter = Checked.Host.class,
            description = "Address to serve on. Default: 127.0.0.1.")
    @Nullable String bindHost;

    @Option(
            names = {"-p", "--port"},
            converter = Checked.Port.class,
            description = "Port to serve on. Default: 8443.")
    @Nullable String port;

    @Option(
            names = "--callers",
            paramLabel = "FILE",
            converter = Checked.ReadableFile.class,
            description = "YAML file of access keys that may call, and what each may do.")
    @Nullable String callers;

    @Option(
            names = "--client-ca",
            paramLabel = "FILE",
            converter = Checked.ReadableFile.class,
            description = "PEM file of authorities whose client certificates may call.")
    @Nullable String clientCa;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            converter = Checked.ReadableFile.class,
            description = "PEM file of the service's certificate; read again when it changes.")
    @Nullable String tlsCert;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            converter = Checked.ReadableFile.class,
            description = "PEM file of that certificate's key, PKCS #8.")
    @Nullable String tlsKey;

    @Option(
            names = "--allow-plain-http",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            converter = Checked.Truth.class,
            description =
                    "Serves without TLS beyond loopback, where something before it has TLS."
                            + " Default: false.")
    @Nullable String allowPlainHttp;

    @Mixin WatchFlags watch = new WatchFlags();

    @Spec @Nullable CommandSpec spec;

    /** What was given, and what the AWS clients and the agent's own settings make of it. */
    Map<String, String> properties() {
        Map<String, String> properties = Flags.properties(spec);
        properties.put("agent.command", "auth");
        if (cluster != null) {
            // The agent's settings are read too, for where the probes are, and need one.
            properties.put("agent.cluster-name", ClusterSource.parse(cluster.getFirst()).name());
        }
        if (region != null) {
            properties.put("aws.region", region);
        }
        if (stsEndpoint != null) {
            properties.remove("auth.sts-endpoint");
            properties.put("quarkus.sts.endpoint-override", stsEndpoint);
            // For a web identity or a profile's role, which are asked of STS too.
            properties.put("aws.endpointUrlSts", stsEndpoint);
        }
        properties.put("quarkus.sts.aws.credentials.type", "custom");
        properties.put("quarkus.sts.aws.credentials.custom-provider.name", "own-credentials");
        // Calls are tried again where it is counted, in sts.StsCalls.
        properties.put("aws.maxAttempts", "1");
        properties.put("aws.retryMode", "standard");
        return properties;
    }
}
