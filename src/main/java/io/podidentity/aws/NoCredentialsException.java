package io.podidentity.aws;

import io.podidentity.config.InvalidSettingException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * The process has no credentials of its own; the message names where they should come from and why
 * they do not, and nothing secret.
 */
public final class NoCredentialsException extends SdkClientException {

    private static final long serialVersionUID = 1L;
    private static final int MAX_TEXT = 300;

    /**
     * @param source the only place that was asked
     * @param remedy what to do about it; empty where it may pass
     */
    NoCredentialsException(String source, RuntimeException cause, String remedy) {
        super(builder().message(source + ": " + reason(cause) + remedy).cause(cause));
    }

    private static String reason(RuntimeException e) {
        return switch (e) {
            case InvalidSettingException setting -> String.valueOf(setting.getMessage());
            case AwsServiceException answered -> answer(answered);
            case ApiCallTimeoutException _, ApiCallAttemptTimeoutException _ -> "no answer in time";
            default -> {
                Throwable root = e;
                while (root.getCause() != null) {
                    root = root.getCause();
                }
                yield switch (root) {
                    case SdkClientException client -> cut(client.getMessage());
                    case IOException failed ->
                            failed.getClass().getSimpleName() + ": " + cut(failed.getMessage());
                    // Others quote what they could not read.
                    default -> root.getClass().getSimpleName();
                };
            }
        };
    }

    private static String answer(AwsServiceException e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
                ? "STS answers with status " + e.statusCode()
                : "STS answers with status %d, %s: %s"
                        .formatted(
                                e.statusCode(),
                                e.awsErrorDetails().errorCode(),
                                cut(e.awsErrorDetails().errorMessage()));
    }

    private static String cut(@Nullable String text) {
        String whole = String.valueOf(text);
        return whole.length() <= MAX_TEXT ? whole : whole.substring(0, MAX_TEXT) + "…";
    }
}
