package io.podidentity.auth.exchange;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.signer.Aws4Signer;
import software.amazon.awssdk.auth.signer.params.Aws4SignerParams;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.regions.Region;

/**
 * The signature that a request should have, computed by the AWS SDK. The signer is the SDK's older
 * one: the newer adds a header that only some clients send.
 */
@SuppressWarnings("deprecation")
final class Signature {

    private static final String CONTENT_HASH = "x-amz-content-sha256";
    private static final Aws4Signer SIGNER = Aws4Signer.create();

    private Signature() {}

    /** In hex; empty if the request cannot have a valid signature. */
    static Optional<String> of(Call call, SignedCall signed, AccessKey key) {
        String declared = call.header(CONTENT_HASH);
        // The signature covers this header and not the body, so they must match.
        if (declared != null && !declared.equals(hash(call.body().getBytes()))) {
            return Optional.empty();
        }
        try {
            return SIGNER.sign(request(call, signed), parameters(signed, key))
                    .firstMatchingHeader("Authorization")
                    .map(header -> header.substring(header.lastIndexOf('=') + 1));
        } catch (IllegalArgumentException e) {
            // The host or path is not valid.
            return Optional.empty();
        }
    }

    private static SdkHttpFullRequest request(Call call, SignedCall signed) {
        SdkHttpFullRequest.Builder request =
                SdkHttpFullRequest.builder()
                        .method(SdkHttpMethod.fromValue(call.method()))
                        .uri(
                                URI.create(
                                        (call.tls() ? "https://" : "http://")
                                                + call.header(SignedCall.HOST)
                                                + call.uri()))
                        .contentStreamProvider(
                                () -> new ByteArrayInputStream(call.body().getBytes()));
        for (String name : signed.signedHeaders()) {
            List<String> values = call.headers().get(name);
            // The signer adds these two itself.
            boolean own = name.equals(SignedCall.HOST) || name.equals(SignedCall.DATE);
            if (!own && values != null) {
                values.forEach(value -> request.appendHeader(name, value));
            }
        }
        return request.build();
    }

    private static Aws4SignerParams parameters(SignedCall signed, AccessKey key) {
        return Aws4SignerParams.builder()
                .awsCredentials(AwsBasicCredentials.create(key.id(), key.secret()))
                .signingName(signed.service())
                .signingRegion(Region.of(signed.region()))
                .signingClockOverride(Clock.fixed(signed.at(), ZoneOffset.UTC))
                .build();
    }

    private static String hash(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
