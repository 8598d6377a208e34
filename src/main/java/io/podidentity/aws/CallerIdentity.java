package io.podidentity.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.podidentity.outbound.HttpClient;
import java.io.IOException;
import java.net.URI;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.endpoint.AwsClientEndpointProvider;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;

/**
 * Asks STS whose credentials these are, which needs no permission. Without the STS client, which
 * would load some hundred classes on each node for one call.
 */
public record CallerIdentity(SdkHttpClient http, Supplier<String> region)
        implements SignerLog.IdentityLookup {

    private static final String CALL = "Action=GetCallerIdentity&Version=2011-06-15";
    private static final Pattern ARN = Pattern.compile("<Arn>(arn:[\\w+=,.@:/-]{1,2048})</Arn>");
    private static final int MAX_ANSWER = 10_000;

    /**
     * Whose the credentials of a session are.
     *
     * @throws IOException if that cannot be known now
     */
    public static String ofSession(
            HttpClient http, Supplier<String> region, String id, String secret, String token)
            throws IOException {
        return new CallerIdentity(new OutboundSdkClient(http), region)
                .arn(AwsSessionCredentials.create(id, secret, token));
    }

    @Override
    public String arn(AwsCredentials credentials) throws IOException {
        Region here = Region.of(region.get());
        SdkHttpRequest request =
                SdkHttpRequest.builder()
                        .method(SdkHttpMethod.POST)
                        .uri(endpoint(here))
                        .putHeader("Content-Type", "application/x-www-form-urlencoded")
                        .putHeader("Content-Length", String.valueOf(CALL.length()))
                        .build();
        ContentStreamProvider body = ContentStreamProvider.fromUtf8String(CALL);
        SignedRequest signed =
                AwsV4HttpSigner.create()
                        .sign(
                                call ->
                                        call.identity(credentials)
                                                .request(request)
                                                .payload(body)
                                                .putProperty(
                                                        AwsV4HttpSigner.SERVICE_SIGNING_NAME, "sts")
                                                .putProperty(
                                                        AwsV4HttpSigner.REGION_NAME, here.id()));
        HttpExecuteResponse answer =
                http.prepareRequest(
                                HttpExecuteRequest.builder()
                                        .request(signed.request())
                                        .contentStreamProvider(body)
                                        .build())
                        .call();
        IOException unusable = new IOException("status " + answer.httpResponse().statusCode());
        try (var content = answer.responseBody().orElseThrow(() -> unusable)) {
            Matcher arn = ARN.matcher(new String(content.readNBytes(MAX_ANSWER), UTF_8));
            if (!answer.httpResponse().isSuccessful() || !arn.find()) {
                throw unusable;
            }
            return arn.group(1);
        }
    }

    /** The endpoint that an STS client would use. */
    private static URI endpoint(Region region) {
        return AwsClientEndpointProvider.builder()
                .serviceEndpointOverrideEnvironmentVariable("AWS_ENDPOINT_URL_STS")
                .serviceEndpointOverrideSystemProperty("aws.endpointUrlSts")
                .serviceProfileProperty("sts")
                .serviceEndpointPrefix("sts")
                .defaultProtocol("https")
                .region(region)
                .profileFile(ProfileFile::defaultProfileFile)
                .profileName(SharedProfile.name())
                .build()
                .clientEndpoint();
    }
}
