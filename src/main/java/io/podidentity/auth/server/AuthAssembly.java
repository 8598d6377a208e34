package io.podidentity.auth.server;

import io.podidentity.auth.associations.AssociationStore;
import io.podidentity.auth.associations.AssociationsApi;
import io.podidentity.auth.associations.AssociationsFile;
import io.podidentity.auth.cluster.ClusterAssociations;
import io.podidentity.auth.cluster.ResourcesAndFile;
import io.podidentity.auth.exchange.Exchange;
import io.podidentity.auth.sts.AssumeRole;
import io.podidentity.auth.sts.StsCalls;
import io.podidentity.auth.sts.StsSessions;
import io.podidentity.config.AgentConfig;
import io.podidentity.config.AuthConfig;
import io.podidentity.config.InvalidSettingException;
import io.podidentity.schedule.Background;
import io.podidentity.schedule.SystemTimeline;
import io.podidentity.token.ApiServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Assembles the service; not a bean, so that an agent does not load it. What AuthServer passes has
 * the types that it has it as: else the JVM loads those it must compare, in an agent too.
 */
final class AuthAssembly {

    private static final Logger LOG = Logger.getLogger(AuthAssembly.class);

    /** A constant of the native executable's build, which thus leaves out what needs the client. */
    private static final boolean CLIENT_PRESENT =
            present("io.fabric8.kubernetes.client.KubernetesClient");

    private AuthAssembly() {}

    /** Who may have which role: a file, the cluster's resources, or both. */
    static AssociationStore associations(
            Vertx vertx,
            AuthConfig config,
            AgentConfig agent,
            String region,
            SystemTimeline timeline,
            Clock clock) {
        Optional<AssociationStore> file =
                AuthSettings.associationsFile(config).map(AssociationsFile::new);
        if (!AuthSettings.associationsInCluster(config)) {
            return file.orElseThrow();
        }
        if (!CLIENT_PRESENT) {
            throw new InvalidSettingException(
                    "--associations",
                    "kubernetes needs Kubernetes' client, which is not in this image",
                    "run the image pod-identity-auth, or give a file");
        }
        String cluster = AuthSettings.ownCluster(config, "--associations");
        if (config.allowAnyRole()) {
            LOG.warn(
                    "--allow-any-role: whoever may create a PodIdentityAssociation gets any role that"
                            + " this service may assume");
        }
        try {
            ClusterAssociations resources =
                    new ClusterAssociations(
                            vertx,
                            apiServer(agent),
                            agent.serviceAccountDir(),
                            cluster,
                            region,
                            config.allowAnyRole(),
                            Background.scheduler(timeline),
                            clock);
            return file.<AssociationStore>map(
                            patterns -> new ResourcesAndFile(cluster, resources, patterns))
                    .orElse(resources);
        } catch (IOException e) {
            throw notInCluster("there is no service account token at " + e.getMessage());
        }
    }

    private static boolean present(String name) {
        try {
            Class.forName(name, false, AuthAssembly.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static URI apiServer(AgentConfig agent) {
        return agent.kubernetesServiceHost()
                .map(host -> ApiServer.address(host, agent.kubernetesServicePort()))
                .orElseThrow(() -> notInCluster("KUBERNETES_SERVICE_HOST is not set"));
    }

    private static InvalidSettingException notInCluster(String why) {
        return new InvalidSettingException(
                "--associations",
                "kubernetes is for a pod of the cluster: " + why,
                "run it there, or give a file");
    }

    static AuthParts parts(
            AuthConfig config,
            AuthServiceSettings settings,
            AuthClusters.Verifiers clusters,
            AssociationStore associations,
            StsCalls sts,
            AuthMetrics events,
            Clock clock) {
        String region = settings.region();
        StsSessions sessions = new StsSessions(AssumeRole.at(sts), region, UUID::randomUUID);
        return new AuthParts(
                new Exchange(clusters.pods()::get, associations, sessions, clock),
                new AssociationsApi(clusters.pods().keySet(), associations, region, clock),
                AuthSettings.callers(config, settings, clusters.callers(), clock),
                events);
    }
}
