package io.podidentity.bench;

import io.podidentity.cluster.ApiServer;
import io.podidentity.harness.OwnAuth;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.StsPeer;
import io.podidentity.token.TokenRules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eksauth.EksAuthClient;

/**
 * {@code auth --associations kubernetes} on a real API server: its memory without and with 5,000
 * associations, and the time from a change's commit to its first use.
 */
public final class ClusterAssociations {

    private static final int NAMESPACES = 50;
    private static final int PER_NAMESPACE = 100;
    private static final int CHANGES = 300;
    private static final String ROLE = "arn:aws:iam::123456789012:role/";

    private ClusterAssociations() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("cluster-associations");
        try (ApiServer kubernetes = ApiServer.start(folder);
                StsPeer sts = new StsPeer("ASIAFROMSTS")) {
            prepare(kubernetes);
            Path account =
                    kubernetes.account(
                            folder.resolve("account"), "default", "auth", Duration.ofHours(1));
            try (OwnAuth auth = auth(folder.resolve("none"), sts, kubernetes, account)) {
                print("no association", auth);
            }
            for (int i = 0; i < NAMESPACES; i++) {
                kubernetes.apply(namespace("team-" + i));
            }
            try (OwnAuth auth = auth(folder.resolve("all"), sts, kubernetes, account)) {
                print(NAMESPACES * PER_NAMESPACE + " associations", auth);
                delays(kubernetes, auth, sts);
                print("after " + CHANGES + " changes", auth);
            }
        }
    }

    private static void prepare(ApiServer kubernetes) {
        for (String manifest : new String[] {"crd", "rbac"}) {
            kubernetes.kubectl(
                    "apply --filename kubernetes/chart/files/auth/" + manifest + ".yaml");
        }
        kubernetes.kubectl(
                "wait --for=condition=Established crd/podidentityassociations.podidentity.io");
        kubernetes.kubectl("create serviceaccount auth");
        kubernetes.kubectl(
                "create clusterrolebinding auth --clusterrole pod-identity-auth-associations"
                        + " --serviceaccount default:auth");
    }

    private static String namespace(String name) {
        return """
               apiVersion: v1
               kind: Namespace
               metadata: {name: %s, annotations: {podidentity.io/allowed-roles: "%s*"}}
               """
                        .formatted(name, ROLE)
                + IntStream.range(0, PER_NAMESPACE)
                        .mapToObj(
                                i ->
                                        """
                                        ---
                                        apiVersion: podidentity.io/v1alpha1
                                        kind: PodIdentityAssociation
                                        metadata: {name: app-%1$d, namespace: %2$s}
                                        spec: {serviceAccount: app-%1$d, roleArn: "%3$sapp"}
                                        """
                                                .formatted(i, name, ROLE))
                        .collect(Collectors.joining());
    }

    private static OwnAuth auth(Path folder, StsPeer sts, ApiServer kubernetes, Path account)
            throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("associations.yaml"), "associations: []\n");
        return OwnAuth.start(
                folder,
                sts.endpoint(),
                process ->
                        process.withClusterClient()
                                .memoryOfImage()
                                .environment("KUBERNETES_SERVICE_HOST", "127.0.0.1")
                                .environment("KUBERNETES_SERVICE_PORT", "" + kubernetes.port())
                                .environment("AGENT_SERVICE_ACCOUNT_DIR", account.toString())
                                .flags("--cluster", "own=api-server")
                                .flags("--associations", "kubernetes"));
    }

    private static void print(String what, OwnAuth auth) throws Exception {
        Memory memory = Memory.of(auth.process().pid());
        System.out.printf(
                "%-24s %4d MB resident, %4d MB of its own, %4d MB at most%n",
                what, memory.resident(), memory.dirty(), memory.peak());
    }

    /** Changed through EKS' API, whose answer says that the change is committed. */
    private static void delays(ApiServer kubernetes, OwnAuth auth, StsPeer sts) {
        kubernetes.kubectl("create serviceaccount app-1 --namespace team-1");
        String token = kubernetes.token("team-1", "app-1", TokenRules.EKS_AUDIENCE);
        List<Double> millis = new ArrayList<>();
        try (EksClient eks = auth.eks();
                EksAuthClient eksAuth = eksAuth(auth)) {
            String id =
                    eksAuth.assumeRoleForPodIdentity(r -> r.clusterName("own").token(token))
                            .podIdentityAssociation()
                            .associationId();
            for (int i = 0; i < CHANGES; i++) {
                String role = "changed-" + i;
                eks.updatePodIdentityAssociation(
                        r -> r.clusterName("own").associationId(id).roleArn(ROLE + role));
                long committed = System.nanoTime();
                do {
                    eksAuth.assumeRoleForPodIdentity(r -> r.clusterName("own").token(token));
                } while (!sts.calls().getLast().body().contains("%2F" + role + "&"));
                millis.add((System.nanoTime() - committed) / 1e6);
            }
        }
        Collections.sort(millis);
        System.out.printf(
                "from commit to first use  p50 %.1f ms, p99 %.1f ms, at most %.1f ms%n",
                millis.get(CHANGES / 2), millis.get(CHANGES * 99 / 100), millis.getLast());
    }

    private static EksAuthClient eksAuth(OwnAuth auth) {
        return EksAuthClient.builder()
                .endpointOverride(auth.endpoint())
                .region(Region.EU_WEST_1)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(
                                        "ASIASIGNINGKEYOFNODE", PackagedAgent.SIGNING_SECRET)))
                .build();
    }
}
