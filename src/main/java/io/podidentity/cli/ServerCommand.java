package io.podidentity.cli;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The flags of {@code server}. They keep their text: once checked, each becomes the property of the
 * same name that the configuration mapping reads, which also holds the defaults.
 */
@Command(name = "server", description = "Runs the agent.")
final class ServerCommand {

    @Option(
            names = {"-c", "--cluster-name"},
            required = true,
            converter = Checked.Cluster.class,
            description = "Name of the EKS cluster. Required.")
    @Nullable String clusterName;

    @Option(
            names = {"-p", "--port"},
            converter = Checked.Port.class,
            description = "Port of the credentials listeners. Default: 80.")
    @Nullable String port;

    @Option(
            names = {"-b", "--bind-hosts"},
            split = ",",
            paramLabel = "ADDRESS",
            converter = Checked.Host.class,
            description =
                    "Address to serve credentials on; may be given again."
                            + " Default: 169.254.170.23 and [fd00:ec2::23].")
    @Nullable List<String> bindHosts;

    @Option(
            names = "--max-credential-retention-before-renewal",
            paramLabel = "DURATION",
            converter = Checked.Retention.class,
            description =
                    "Age at which credentials are renewed, such as 90s or 1h30m;"
                            + " 0 turns caching off. Default: 3h.")
    @Nullable String maxCredentialRetentionBeforeRenewal;

    @Option(
            names = "--max-cache-size",
            paramLabel = "PODS",
            converter = Checked.Count.class,
            description = "Pods whose credentials are kept; 0 turns caching off. Default: 2000.")
    @Nullable String maxCacheSize;

    @Option(
            names = "--max-service-qps",
            paramLabel = "RATE",
            converter = Checked.Rate.class,
            description = "Renewals per second in the background. Default: 3.")
    @Nullable String maxServiceQps;

    @Option(
            names = "--rotate-credentials",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            converter = Checked.Truth.class,
            description =
                    "Reads the agent's own credentials anew from the shared credentials file"
                            + " every minute. Default: false.")
    @Nullable String rotateCredentials;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            converter = Checked.Url.class,
            description = "EKS Auth's address where it is not the region's own.")
    @Nullable String endpoint;

    @Option(
            names = "--audience",
            split = ",",
            paramLabel = "AUDIENCE",
            converter = Checked.Audience.class,
            description =
                    "Audience of pods' tokens, for an EKS Auth that asks for its own; may be given"
                            + " again. Default: pods.eks.amazonaws.com.")
    @Nullable List<String> audience;

    @Option(
            names = "--initialize",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            converter = Checked.Truth.class,
            description =
                    "Does first what the command initialize does, and puts back what disappears"
                            + " later. Default: false.")
    @Nullable String initialize;

    @Option(
            names = "--link-kind",
            paramLabel = "KIND",
            converter = Checked.Kind.class,
            description = "Kind of the link that --initialize makes. Default: auto.")
    @Nullable String linkKind;

    @Option(
            names = "--jwks-uri",
            paramLabel = "URL",
            converter = Checked.KeysUrl.class,
            description =
                    "Where the cluster publishes its signing keys. Default: its API server, from"
                            + " Kubernetes 1.34 on.")
    @Nullable String jwksUri;

    @Option(
            names = "--jwks-file",
            paramLabel = "FILE",
            converter = Checked.ExistingFile.class,
            description = "A file with those keys instead.")
    @Nullable String jwksFile;

    @Option(
            names = "--state-dir",
            paramLabel = "FOLDER",
            converter = Checked.Folder.class,
            description = "Folder where those keys outlive a restart. Default: they do not.")
    @Nullable String stateDir;

    @Option(
            names = "--remove-taint",
            paramLabel = "KEY",
            converter = Checked.Taint.class,
            description =
                    "Key of the taint that is removed from the node once the agent is ready."
                            + " Default: none is.")
    @Nullable String removeTaint;

    @Option(
            names = "--node-name",
            paramLabel = "NODE",
            converter = Checked.Node.class,
            description = "Name of that node. Needed by --remove-taint alone.")
    @Nullable String nodeName;

    @Mixin WatchFlags watch = new WatchFlags();

    @Spec @Nullable CommandSpec spec;

    /** The flags that were given, or found in the environment, as configuration properties. */
    Map<String, String> properties() {
        return Flags.properties(spec);
    }
}
