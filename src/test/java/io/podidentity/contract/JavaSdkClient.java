package io.podidentity.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Asks the AWS SDK's default chain for credentials, once for each line of input, and answers with a
 * line; a program of its own, with an environment of its own.
 */
final class JavaSdkClient {

    private JavaSdkClient() {}

    public static void main(String... arguments) throws IOException {
        try (DefaultCredentialsProvider chain = DefaultCredentialsProvider.builder().build();
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            System.out.println("READY");
            while (in.readLine() != null) {
                System.out.println(ask(chain).replace('\n', ' '));
            }
        }
    }

    private static String ask(DefaultCredentialsProvider chain) {
        try {
            return chain.resolveCredentials() instanceof AwsSessionCredentials issued
                    ? "OK "
                            + issued.accessKeyId()
                            + " "
                            + issued.secretAccessKey()
                            + " "
                            + issued.sessionToken()
                    : "ERROR no session";
        } catch (SdkException e) {
            return "ERROR " + e + reason();
        }
    }

    /** The chain tells causes to its debug log only; the provider itself throws them. */
    private static String reason() {
        try (ContainerCredentialsProvider container =
                ContainerCredentialsProvider.builder().build()) {
            return " " + container.resolveCredentials();
        } catch (SdkException e) {
            StringBuilder causes = new StringBuilder();
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                causes.append("; ").append(cause);
            }
            return causes.toString();
        }
    }
}
