package io.podidentity.agent.eksauth;

import io.podidentity.agent.aws.OutboundSdkClient;
import io.podidentity.agent.config.AgentConfig;
import io.podidentity.agent.config.InvalidSettingException;
import io.podidentity.agent.config.ServerStart;
import io.podidentity.agent.outbound.HttpClient;
import io.podidentity.agent.outbound.Proxies;
import io.podidentity.agent.outbound.Trust;
import io.quarkus.arc.DefaultBean;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.eksauth.EksAuthClient;
import software.amazon.awssdk.services.eksauth.EksAuthClientBuilder;

/** Makes the AWS clients; there is no Quarkus extension for EKS Auth. */
@ApplicationScoped
class AwsClients {

    /** The reference agent's time-outs for one try. */
    static final Duration CONNECT = Duration.ofMillis(500);

    static final Duration TRY = Duration.ofSeconds(1);

    private static final Duration ANSWER = Duration.ofSeconds(2);

    private static final int BEFORE_ALL = 1;

    /** Makes the client at once, so that a missing region ends the start and not a request. */
    void start(@Observes @Priority(BEFORE_ALL) ServerStart started, EksAuthClient client) {}

    /** For EKS Auth and STS; a call may wait for less than the client does. */
    @Produces
    @Singleton
    @DefaultBean
    HttpClient outbound(AgentConfig config) {
        Trust trust =
                config.caBundle()
                        .map(CaBundle::read)
                        .map(authorities -> Trust.of(authorities.trustManagers()))
                        .orElseGet(Trust::system);
        return new HttpClient(Proxies.of(System.getenv()), trust, CONNECT, ANSWER);
    }

    @Produces
    @Singleton
    @DefaultBean
    SdkHttpClient http(HttpClient outbound, Clock clock) {
        return new Transport(new OutboundSdkClient(outbound), clock);
    }

    @Produces
    @Singleton
    @DefaultBean
    AwsCredentialsProvider signing(AgentConfig config, SdkHttpClient http, Clock clock) {
        SharedProfile.check();
        return config.rotateCredentials()
                ? new RotatingCredentials(clock)
                : SigningCredentials.chain(http);
    }

    @Produces
    @Singleton
    EksAuthClient eksAuth(AgentConfig config, AwsCredentialsProvider signing, SdkHttpClient http) {
        EksAuthClientBuilder builder =
                builder(config)
                        .credentialsProvider(new NodeCredentials(signing, TRY))
                        .httpClient(http);
        try {
            return builder.build();
        } catch (SdkClientException e) {
            throw new InvalidSettingException(
                    "AWS_REGION",
                    "no region is set, and neither the profile nor the instance's metadata names one",
                    "set it to the cluster's region");
        }
    }

    void close(@Disposes EksAuthClient client) {
        client.close();
    }

    void close(@Disposes HttpClient client) {
        client.close();
    }

    /** A builder with all but credentials and transport. */
    static EksAuthClientBuilder builder(AgentConfig config) {
        ScheduledExecutorService timers =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("eks-auth-timeouts").factory());
        EksAuthClientBuilder builder =
                EksAuthClient.builder()
                        .overrideConfiguration(
                                ClientOverrideConfiguration.builder()
                                        .apiCallTimeout(TRY)
                                        .scheduledExecutorService(timers)
                                        // EksAuthCalls retries, where all retries can be seen.
                                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                                        .addExecutionInterceptor(new Progress.Watch())
                                        .build());
        config.endpoint().ifPresent(builder::endpointOverride);
        return builder;
    }
}
