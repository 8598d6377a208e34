package io.podidentity.harness;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eks.EksClient;

/**
 * The packaged {@code auth} as a process of its own: clusters {@code dev}, which signs with {@link
 * TestKeys#RSA}, and {@code prod}, which signs with {@link TestKeys#FOREIGN_RSA}; nodes sign as
 * packaged agents do, and an administrator with a key of its own.
 */
public final class OwnAuth implements AutoCloseable {

    public static final String ACCOUNT = "000000000000";
    public static final String ADMIN = "AKIAADMINISTRATOR";
    public static final String ADMIN_SECRET = "secretOfTheAdministrator";

    private final Path folder;
    private final PackagedAgent process;

    private OwnAuth(Path folder, PackagedAgent process) {
        this.folder = folder;
        this.process = process;
    }

    /** Starts one on files in a folder, which may be those of one before. */
    public static OwnAuth start(Path folder, URI sts, String... more) throws IOException {
        return start(folder, sts, builder -> builder.flags(more));
    }

    /** The same, with what else its process is to have. */
    public static OwnAuth start(Path folder, URI sts, UnaryOperator<PackagedAgent.Builder> more)
            throws IOException {
        Files.writeString(folder.resolve("dev.json"), TestKeys.jwks(TestKeys.RSA));
        Files.writeString(folder.resolve("prod.json"), TestKeys.jwks(TestKeys.FOREIGN_RSA));
        Files.writeString(
                folder.resolve("callers.yaml"),
                """
                callers:
                  - accessKeyId: ASIASIGNINGKEYOFNODE
                    secretAccessKey: %s
                  - accessKeyId: %s
                    secretAccessKey: %s
                    may: [associations]
                """
                        .formatted(PackagedAgent.SIGNING_SECRET, ADMIN, ADMIN_SECRET));
        PackagedAgent.Builder builder =
                PackagedAgent.auth()
                        // STS believes whom LocalStack believes.
                        .environment("AWS_ACCESS_KEY_ID", "test")
                        .environment("AWS_SECRET_ACCESS_KEY", "test")
                        .without("AWS_SESSION_TOKEN")
                        .flags("--cluster", "dev=" + folder.resolve("dev.json"))
                        .flags("--cluster", "prod=" + folder.resolve("prod.json"))
                        .flags("--associations", folder.resolve("associations.yaml").toString())
                        .flags("--callers", folder.resolve("callers.yaml").toString())
                        .flags("--sts-endpoint", sts.toString());
        return new OwnAuth(folder, more.apply(builder).start().awaitReady());
    }

    public PackagedAgent process() {
        return process;
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + process.port());
    }

    /** What the cluster {@code dev} publishes as its keys. */
    public void publish(TestKeys... keys) throws IOException {
        Files.writeString(folder.resolve("dev.json"), TestKeys.jwks(keys));
    }

    /** The administrator's client. */
    public EksClient eks() {
        return eks(endpoint(), ADMIN, ADMIN_SECRET);
    }

    /** A client of the associations' API. */
    public static EksClient eks(URI endpoint, String key, String secret) {
        return EksClient.builder()
                .endpointOverride(endpoint)
                .region(Region.EU_WEST_1)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(key, secret)))
                .build();
    }

    /** The ARN of a role in LocalStack's account. */
    public static String role(String name) {
        return "arn:aws:iam::" + ACCOUNT + ":role/" + name;
    }

    /** Gives a service account a role, and perhaps another behind it. */
    public static String associate(
            EksClient eks,
            String cluster,
            String serviceAccount,
            String role,
            @Nullable String target) {
        return eks.createPodIdentityAssociation(
                        r ->
                                r.clusterName(cluster)
                                        .namespace("shop")
                                        .serviceAccount(serviceAccount)
                                        .roleArn(role(role))
                                        .targetRoleArn(target == null ? null : role(target)))
                .association()
                .associationId();
    }

    /** An agent of a cluster that asks this service. */
    public PackagedAgent.Builder agent(String cluster) {
        return PackagedAgent.server().cluster(cluster).bindHosts("127.0.0.1").endpoint(endpoint());
    }

    @Override
    public void close() {
        process.close();
    }
}
