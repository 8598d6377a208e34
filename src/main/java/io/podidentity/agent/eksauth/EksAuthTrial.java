package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.aws.CallerIdentity;
import io.podidentity.aws.SignerLog;
import io.podidentity.aws.SigningCredentials;
import io.podidentity.config.AgentConfig;
import io.podidentity.outbound.HttpClient;
import io.podidentity.outbound.Proxies;
import io.podidentity.outbound.Reach;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eksauth.EksAuthClient;
import software.amazon.awssdk.services.eksauth.model.EksAuthException;

/** EKS Auth and the credentials to sign with, tried once, as the agent uses them. */
public final class EksAuthTrial {

    /** Longer than the agent's: the first call of a process is slow. */
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    /** What EKS Auth answers about the token, after it has accepted who signed. */
    private static final Set<String> ABOUT_TOKEN =
            Set.of(
                    "InvalidTokenException",
                    "ExpiredTokenException",
                    "InvalidParameterException",
                    "InvalidRequestException");

    private final AgentConfig config;
    private final Proxies proxies;
    private final AwsClients clients;
    private final HttpClient outbound;
    private final SdkHttpClient http;
    private final Region region;
    private final AwsCredentialsProvider signing;
    private final URI endpoint;

    /**
     * @throws io.podidentity.config.InvalidSettingException if the agent could not start with these
     *     settings
     */
    public EksAuthTrial(AgentConfig config, Map<String, String> environment, Clock clock) {
        this.config = config;
        this.proxies = Proxies.of(environment);
        this.clients = new AwsClients(config);
        this.outbound = new HttpClient(proxies, AwsClients.trust(config), TIMEOUT, TIMEOUT);
        this.http = clients.http(outbound, clock);
        this.region = clients.region();
        this.signing = clients.signing(config, http, region, SignerLog.NONE, clock);
        this.endpoint = resolved(config, region);
    }

    public String region() {
        return region.id();
    }

    /** Where calls go to. */
    public URI endpoint() {
        return endpoint;
    }

    /** As the AWS SDK resolves it. */
    private static URI resolved(AgentConfig config, Region region) {
        AtomicReference<@Nullable URI> asked = new AtomicReference<>();
        SdkHttpClient nobody =
                new SdkHttpClient() {
                    @Override
                    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
                        asked.set(request.httpRequest().getUri().resolve("/"));
                        throw new IllegalStateException("no call is made");
                    }

                    @Override
                    public void close() {}
                };
        try (EksAuthClient client =
                AwsClients.builder(config)
                        .region(region)
                        .credentialsProvider(AnonymousCredentialsProvider.create())
                        .httpClient(nobody)
                        .build()) {
            client.assumeRoleForPodIdentity(call -> call.clusterName("c").token("t"));
        } catch (RuntimeException e) {
            // It always fails.
        }
        URI found = asked.get();
        if (found == null) {
            throw new IllegalStateException("the AWS SDK has no endpoint for " + region);
        }
        return found;
    }

    /** Opens a connection to {@link #endpoint()}. */
    public Reach reach() throws IOException {
        return Reach.of(endpoint, proxies, AwsClients.trust(config), TIMEOUT);
    }

    /** The issuer of the certificate that is shown there, trusted or not. */
    public Optional<String> presentedIssuer() {
        return Reach.presentedIssuer(endpoint, proxies, TIMEOUT);
    }

    /** The proxy on the way there, without its password. */
    public Optional<String> proxy() {
        return proxies.toward(endpoint);
    }

    public HttpClient http() {
        return outbound;
    }

    /** Whether the credentials to sign with are the instance's. */
    public boolean signsAsInstance() {
        return signing instanceof SigningCredentials own && own.ofInstance();
    }

    /**
     * Looks the credentials to sign with up.
     *
     * @throws io.podidentity.aws.NoCredentialsException if there are none; the message says why
     */
    public Signer signer() {
        AwsCredentials found = signing.resolveCredentials();
        return signing instanceof SigningCredentials own
                ? new Signer(own.origin(), found)
                : new Signer("the token of --endpoint-token-file", null);
    }

    /** Whose they are by STS, which needs no permission. */
    public String identity(Signer signer) throws IOException {
        if (signer.credentials == null) {
            throw new IOException("calls are not signed");
        }
        return new CallerIdentity(http, region::id).arn(signer.credentials);
    }

    /**
     * Asks for credentials with a token that is no pod's; says what EKS Auth makes of the agent.
     */
    public Verdict ask(String token) {
        boolean signed = config.endpointTokenFile().isEmpty();
        Progress progress = new Progress();
        NodeCredentials signer =
                new NodeCredentials(() -> signing, replaced -> {}, TIMEOUT, System::nanoTime);
        try (EksAuthClient client = clients.eksAuth(config, signer, http, region)) {
            client.assumeRoleForPodIdentity(
                    call ->
                            call.clusterName(config.clusterName())
                                    .token(token)
                                    .overrideConfiguration(
                                            each -> {
                                                progress.of(each);
                                                each.apiCallTimeout(TIMEOUT);
                                            }));
            return new Verdict(true, "success", "");
        } catch (RuntimeException e) {
            CallFailed failed =
                    new Failures(config.clusterName(), signed)
                            .of(e, new CredentialRequest(token, null), progress);
            String message = failed.outcome().message();
            boolean refused =
                    failed instanceof CallFailed.SignerRefused
                            // It checks the signer first, and would not know a pod by this token.
                            || failed.outcome().code().equals("AccessDeniedException");
            if (!refused) {
                return new Verdict(ABOUT_TOKEN.contains(failed.outcome().code()), message, "");
            }
            String hint = new ErrorHints(config.clusterName(), signed).ofSigner(code(e));
            return new Verdict(
                    false, message.replace(hint, ""), hint.substring(hint.indexOf(": ") + 2));
        }
    }

    /** EKS Auth's own code; a refused signer's outcome has one of ours. */
    private static String code(RuntimeException e) {
        return e instanceof EksAuthException answered
                        && answered.awsErrorDetails() != null
                        && answered.awsErrorDetails().errorCode() != null
                ? answered.awsErrorDetails().errorCode()
                : "Unknown";
    }

    /** The credentials to sign with, without their secrets. */
    public static final class Signer {

        private static final int SHOWN = 4;

        private final String origin;
        private final @Nullable AwsCredentials credentials;

        Signer(String origin, @Nullable AwsCredentials credentials) {
            this.origin = origin;
            this.credentials = credentials;
        }

        /** Where they come from. */
        public String origin() {
            return origin;
        }

        /** The end of the access key's id; empty for a token. */
        public String keyEnd() {
            String id = credentials == null ? "" : credentials.accessKeyId();
            return id.substring(Math.max(0, id.length() - SHOWN));
        }

        /** When they expire, if that is known. */
        public Optional<Instant> expires() {
            return credentials == null ? Optional.empty() : credentials.expirationTime();
        }

        @Override
        public String toString() {
            return "Signer[" + origin + "]";
        }
    }

    /**
     * What EKS Auth says.
     *
     * @param accepted whether it accepts the agent
     * @param seen its own words
     * @param remedy empty where the code names none
     */
    public record Verdict(boolean accepted, String seen, String remedy) {}
}
