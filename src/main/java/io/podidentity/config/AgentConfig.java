package io.podidentity.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of {@code server}. Each is read from the flag of the same name, where it is one, the
 * system property {@code agent.NAME}, or the environment variable {@code AGENT_NAME}, in that
 * order.
 */
@RegisterForReflection
@ConfigMapping(prefix = "agent")
public interface AgentConfig {

    /** What the process does: {@code auth} shares its probes and metrics with the server. */
    @WithDefault("server")
    Command command();

    @Flag(help = "Name of the EKS cluster", shortName = "-c", required = true)
    @WithConverter(Converters.Cluster.class)
    String clusterName();

    @Flag(help = "Port of the credentials listeners", shortName = "-p")
    @WithConverter(Converters.Port.class)
    @WithDefault("80")
    int port();

    @Flag(help = "Address to serve credentials on", shortName = "-b", label = "ADDRESS")
    @WithConverter(Converters.Host.class)
    @WithDefault(WellKnown.IPV4_ADDRESS + ",[" + WellKnown.IPV6_ADDRESS + "]")
    List<BindHost> bindHosts();

    @Flag(help = "Port of the probes on localhost", shared = true)
    @WithConverter(Converters.Port.class)
    @WithDefault("2703")
    int probePort();

    @Flag(help = "Address of the metrics and the probes", shared = true)
    @WithConverter(Converters.Host.class)
    @WithDefault("0.0.0.0")
    BindHost metricsAddress();

    @Flag(help = "Port of the metrics and the probes", shared = true)
    @WithConverter(Converters.Port.class)
    @WithDefault("2705")
    int metricsPort();

    @Flag(
            help =
                    "Age at which credentials are renewed, such as 90s or 1h30m;"
                            + " 0 turns caching off",
            label = "DURATION")
    @WithConverter(Converters.Retention.class)
    @WithDefault("3h")
    Duration maxCredentialRetentionBeforeRenewal();

    @Flag(help = "Pods whose credentials are kept; 0 turns caching off", label = "PODS")
    @WithConverter(Converters.Count.class)
    @WithDefault("2000")
    int maxCacheSize();

    @Flag(help = "Renewals per second in the background", label = "RATE")
    @WithConverter(Converters.Rate.class)
    @WithDefault("3")
    int maxServiceQps();

    @Flag(
            help =
                    "Reads the agent's own credentials anew from the shared credentials file"
                            + " every minute")
    @WithDefault("false")
    boolean rotateCredentials();

    @Flag(help = "EKS Auth's address where it is not the region's own", label = "URL")
    @WithConverter(Converters.Url.class)
    Optional<URI> endpoint();

    @Flag(
            help =
                    "Token of the agent's own, for the audience pod-identity-auth, that goes to"
                            + " --endpoint instead of a signature; read again before each call",
            label = "FILE",
            otherwise = "calls are signed")
    Optional<Path> endpointTokenFile();

    @Flag(
            help = "Audience of pods' tokens, for an EKS Auth that asks for its own",
            label = "AUDIENCE",
            check = Check.AUDIENCE)
    @WithDefault("pods.eks.amazonaws.com")
    Set<String> audience();

    /** The PEM file of the authorities that HTTPS is checked with, as the AWS SDKs name it. */
    @WithDefault("${aws.ca.bundle:}")
    Optional<Path> caBundle();

    @Flag(help = "Does first what the command initialize does, and puts back what disappears later")
    @WithDefault("false")
    boolean initialize();

    @Flag(
            help = "Kind of the link that --initialize makes",
            label = "KIND",
            check = Check.LINK_KIND)
    @WithDefault("auto")
    String linkKind();

    @Flag(
            help = "Where the cluster publishes its signing keys",
            label = "URL",
            otherwise = "its API server, from Kubernetes 1.34 on",
            check = Check.KEYS_URL)
    @WithConverter(Converters.Url.class)
    Optional<URI> jwksUri();

    @Flag(help = "A file with those keys instead", label = "FILE", check = Check.KEYS_FILE)
    Optional<Path> jwksFile();

    @Flag(
            help =
                    "Folder where those keys, and pods' credentials, sealed with the pods' tokens,"
                            + " outlive a restart",
            label = "FOLDER",
            otherwise = "they do not",
            check = Check.FOLDER)
    Optional<Path> stateDir();

    @Flag(
            help = "Key of the taint that is removed from the node once the agent is ready",
            label = "KEY",
            otherwise = "none is")
    @WithConverter(Converters.Taint.class)
    Optional<String> removeTaint();

    @Flag(help = "Name of the node. Needed by --remove-taint alone", label = "NODE")
    @WithConverter(Converters.Node.class)
    Optional<String> nodeName();

    @Flag(help = "Serves /status on the probes' port: which pods have which role, without secrets")
    @WithDefault("false")
    boolean status();

    @Flag(
            help =
                    "Writes an event on a pod that EKS Auth refuses for a lasting reason;"
                            + " needs the right to create events")
    @WithDefault("false")
    boolean events();

    /** Where kubelet puts the agent's own token and the cluster's authorities. */
    @WithDefault("/var/run/secrets/kubernetes.io/serviceaccount")
    Path serviceAccountDir();

    /** The API server's host, from a pod's environment. */
    @WithDefault("${kubernetes.service.host:}")
    Optional<String> kubernetesServiceHost();

    /** The API server's port, from a pod's environment. */
    @WithDefault("${kubernetes.service.port:443}")
    String kubernetesServicePort();

    /** A command that boots the application. */
    enum Command {
        SERVER,
        AUTH
    }
}
