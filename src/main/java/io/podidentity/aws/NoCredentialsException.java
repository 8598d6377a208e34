package io.podidentity.aws;

import io.podidentity.config.InvalidSettingException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** The process has no credentials of its own; the message says why, and quotes no secret. */
public final class NoCredentialsException extends SdkClientException {

    private static final long serialVersionUID = 1L;
    private static final int MAX_TEXT = 300;

    /**
     * @param source the origin that was asked
     * @param remedy what to do about it; empty if the failure is transient
     */
    public NoCredentialsException(String source, RuntimeException cause, String remedy) {
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
                    // Other messages may quote what could not be parsed.
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
