package io.podidentity.config;

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
 * Everything the server can be told. Each member is the flag of the same name, the system property
 * {@code agent.NAME} and the environment variable {@code AGENT_NAME}, in that order.
 */
@ConfigMapping(prefix = "agent")
public interface AgentConfig {

    /** What the process does: {@code auth} shares its probes and metrics with the server. */
    @WithDefault("server")
    Command command();

    /** The cluster whose associations are asked for. */
    @WithConverter(Converters.Cluster.class)
    String clusterName();

    /** The port of the credentials listeners. */
    @WithConverter(Converters.Port.class)
    @WithDefault("80")
    int port();

    /** Where credentials are served, one listener each. */
    @WithConverter(Converters.Host.class)
    @WithDefault(WellKnown.IPV4_ADDRESS + ",[" + WellKnown.IPV6_ADDRESS + "]")
    List<BindHost> bindHosts();

    /** The port of the probes on localhost. */
    @WithConverter(Converters.Port.class)
    @WithDefault("2703")
    int probePort();

    /** Where metrics, and the probes again, are served. */
    @WithConverter(Converters.Host.class)
    @WithDefault("0.0.0.0")
    BindHost metricsAddress();

    /** The port of the metrics. */
    @WithConverter(Converters.Port.class)
    @WithDefault("2705")
    int metricsPort();

    /** How old credentials may grow before they are renewed; zero turns caching off. */
    @WithConverter(Converters.Retention.class)
    @WithDefault("3h")
    Duration maxCredentialRetentionBeforeRenewal();

    /** How many pods' credentials are kept; zero turns caching off. */
    @WithConverter(Converters.Count.class)
    @WithDefault("2000")
    int maxCacheSize();

    /** Background renewals per second. */
    @WithConverter(Converters.Rate.class)
    @WithDefault("3")
    int maxServiceQps();

    /** Whether the agent's own credentials are read anew from the shared file every minute. */
    @WithDefault("false")
    boolean rotateCredentials();

    /** EKS Auth's address where it is not the region's. */
    @WithConverter(Converters.Url.class)
    Optional<URI> endpoint();

    /** What a token must be meant for to be answered from memory; one of these will do. */
    @WithDefault("pods.eks.amazonaws.com")
    Set<String> audience();

    /** The PEM file of the authorities that HTTPS is checked with, as the AWS SDKs name it. */
    @WithDefault("${aws.ca.bundle:}")
    Optional<Path> caBundle();

    /** Whether the server prepares the node's link itself, and keeps it. */
    @WithDefault("false")
    boolean initialize();

    /** The kind of that link, as the kernel names it, or {@code auto}. */
    @WithDefault("auto")
    String linkKind();

    /** Where the cluster publishes the keys that its tokens are signed with. */
    @WithConverter(Converters.Url.class)
    Optional<URI> jwksUri();

    /** A file with those keys, which wins over all other places. */
    Optional<Path> jwksFile();

    /** A folder where those keys outlive a restart; without it they do not. */
    Optional<Path> stateDir();

    /** The key of the taint that is removed from the node once the agent is ready. */
    @WithConverter(Converters.Taint.class)
    Optional<String> removeTaint();

    /** The name of the node that the agent runs on. */
    @WithConverter(Converters.Node.class)
    Optional<String> nodeName();

    /** Where kubelet puts the agent's own token and the cluster's authorities. */
    @WithDefault("/var/run/secrets/kubernetes.io/serviceaccount")
    Path serviceAccountDir();

    /** The API server's host, as Kubernetes tells every pod. */
    @WithDefault("${kubernetes.service.host:}")
    Optional<String> kubernetesServiceHost();

    /** The API server's port, as Kubernetes tells every pod. */
    @WithDefault("${kubernetes.service.port:443}")
    String kubernetesServicePort();

    /** A command that boots the application. */
    enum Command {
        SERVER,
        AUTH
    }
}
