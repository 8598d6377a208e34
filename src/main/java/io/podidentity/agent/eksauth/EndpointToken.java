package io.podidentity.agent.eksauth;

import io.podidentity.aws.NoCredentialsException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * The agent's own service account token, by which an EKS Auth of one's own knows it: calls carry it
 * instead of a signature. It is read before each call, since kubelet renews it.
 */
final class EndpointToken implements AwsCredentialsProvider {

    private final Path file;
    private volatile String token = "";

    EndpointToken(Path file) {
        this.file = file;
    }

    /** Reads the file. Calls are not signed. */
    @Override
    public AwsCredentials resolveCredentials() {
        try {
            String read = Files.readString(file).strip();
            if (read.isEmpty()) {
                throw new EOFException("it is empty");
            }
            token = read;
        } catch (IOException e) {
            throw new NoCredentialsException(
                    "token " + file,
                    new UncheckedIOException(e),
                    "; --endpoint-token-file must name a token that kubelet projects");
        }
        return AnonymousCredentialsProvider.create().resolveCredentials();
    }

    /** A client that sends it; closing it leaves the other open. */
    SdkHttpClient sentBy(SdkHttpClient http) {
        return new SdkHttpClient() {
            @Override
            public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
                return http.prepareRequest(
                        HttpExecuteRequest.builder()
                                .request(
                                        request.httpRequest().toBuilder()
                                                .putHeader("Authorization", "Bearer " + token)
                                                .build())
                                .contentStreamProvider(request.contentStreamProvider().orElse(null))
                                .build());
            }

            @Override
            public String clientName() {
                return http.clientName();
            }

            @Override
            public void close() {
                // The other is not its own.
            }
        };
    }
}
