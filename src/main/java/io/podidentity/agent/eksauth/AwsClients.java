package io.podidentity.agent.eksauth;

import io.podidentity.aws.CallerIdentity;
import io.podidentity.aws.CredentialsChoice;
import io.podidentity.aws.DryRun;
import io.podidentity.aws.OwnSts;
import io.podidentity.aws.RotatingCredentials;
import io.podidentity.aws.SdkSettings;
import io.podidentity.aws.SignerLog;
import io.podidentity.aws.SigningCredentials;
import io.podidentity.config.AgentConfig;
import io.podidentity.config.InvalidSettingException;
import io.podidentity.config.ServerStart;
import io.podidentity.outbound.HttpClient;
import io.podidentity.outbound.Proxies;
import io.podidentity.tls.Trust;
import io.quarkus.arc.DefaultBean;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eksauth.EksAuthClient;
import software.amazon.awssdk.services.eksauth.EksAuthClientBuilder;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** Produces the AWS clients; there is no Quarkus extension for EKS Auth. */
@ApplicationScoped
class AwsClients {

    /** The reference agent's time-outs for one try. */
    static final Duration CONNECT_TIMEOUT = Duration.ofMillis(500);

    static final Duration TRY_TIMEOUT = Duration.ofSeconds(1);

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);

    private static final ScheduledExecutorService TIMEOUTS =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("eks-auth-timeouts").factory());

    private static final int BEFORE_ALL = 1;

    /** Known by it to an EKS Auth of one's own; null where calls are signed. */
    private final @Nullable EndpointToken token;

    AwsClients(AgentConfig config) {
        this.token = config.endpointTokenFile().map(EndpointToken::new).orElse(null);
        if (token != null && config.endpoint().isEmpty()) {
            throw new InvalidSettingException(
                    "--endpoint-token-file",
                    "the token would go to AWS, which does not know it",
                    "give the address of an EKS Auth of your own as --endpoint");
        }
    }

    /** Creates the client at start, so that a missing region fails the start and not a request. */
    void start(@Observes @Priority(BEFORE_ALL) ServerStart started, EksAuthClient client) {}

    /** For EKS Auth and STS; calls may have shorter time-outs. */
    @Produces
    @Singleton
    @DefaultBean
    HttpClient outbound(AgentConfig config) {
        return new HttpClient(
                Proxies.of(System.getenv()), trust(config), CONNECT_TIMEOUT, ANSWER_TIMEOUT);
    }

    static Trust trust(AgentConfig config) {
        return config.caBundle()
                .map(file -> Trust.fixed("AWS_CA_BUNDLE", file))
                .orElseGet(Trust::system);
    }

    @Produces
    @Singleton
    @DefaultBean
    SdkHttpClient http(HttpClient outbound, Clock clock) {
        return new Transport(outbound, clock);
    }

    @Produces
    @Singleton
    Region region() {
        return SdkSettings.region()
                .map(Region::of)
                .orElseThrow(
                        () ->
                                new InvalidSettingException(
                                        "AWS_REGION",
                                        "no region is set, and neither the profile nor the"
                                                + " instance's metadata names one",
                                        "set it to the cluster's region"));
    }

    @Produces
    @Singleton
    SignerLog signerLog(SdkHttpClient http, Region region) {
        return new SignerLog(new CallerIdentity(http, region::id));
    }

    /** Each instance looks the credentials up anew. */
    @Produces
    @Dependent
    @DefaultBean
    AwsCredentialsProvider signing(
            AgentConfig config, SdkHttpClient http, Region region, SignerLog log, Clock clock) {
        if (token != null) {
            return token;
        }
        OwnSts sts = new OwnSts(() -> http, region::id);
        return new SigningCredentials(
                config.rotateCredentials()
                        ? RotatingCredentials.origin(sts, clock)
                        : new CredentialsChoice(sts, false),
                log);
    }

    void close(@Disposes AwsCredentialsProvider replaced) {
        if (replaced instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
    }

    @Produces
    @Singleton
    @Typed(NodeCredentials.class)
    NodeCredentials signer(Instance<AwsCredentialsProvider> signing) {
        return new NodeCredentials(signing::get, signing::destroy, TRY_TIMEOUT, System::nanoTime);
    }

    @Produces
    @Singleton
    EksAuthClient eksAuth(
            AgentConfig config, NodeCredentials signer, SdkHttpClient http, Region region) {
        DryRun.of(
                builder(config).region(region),
                client -> client.assumeRoleForPodIdentity(call -> call.clusterName("c").token("t")),
                config.endpoint().isPresent() ? "--endpoint" : "AWS_REGION");
        return builder(config)
                .region(region)
                .credentialsProvider(signer)
                .httpClient(token == null ? http : token.sentBy(http))
                .build();
    }

    void close(@Disposes EksAuthClient client) {
        client.close();
    }

    void close(@Disposes HttpClient client) {
        client.close();
    }

    /** A builder with all but credentials and transport. */
    static EksAuthClientBuilder builder(AgentConfig config) {
        EksAuthClientBuilder builder =
                EksAuthClient.builder()
                        .overrideConfiguration(
                                ClientOverrideConfiguration.builder()
                                        .apiCallTimeout(TRY_TIMEOUT)
                                        .scheduledExecutorService(TIMEOUTS)
                                        // EksAuthCalls retries, where all retries can be seen.
                                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                                        .addExecutionInterceptor(new Progress.Watch())
                                        .build());
        config.endpoint().ifPresent(builder::endpointOverride);
        return builder;
    }
}
