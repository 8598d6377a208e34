package io.podidentity.auth.sts;

import io.podidentity.auth.exchange.ErrorType;
import io.podidentity.auth.exchange.Refusal;
import io.podidentity.aws.NoCredentialsException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sts.model.StsException;

/** Turns what the AWS SDK throws into EKS Auth's errors. */
final class StsFailures {

    private static final Set<String> THROTTLED =
            Set.of("Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown");

    /** Codes about the service's own credentials. */
    private static final Set<String> OWN_CREDENTIALS =
            Set.of(
                    "ExpiredToken",
                    "ExpiredTokenException",
                    "InvalidClientTokenId",
                    "UnrecognizedClientException",
                    "SignatureDoesNotMatch",
                    "IncompleteSignature",
                    "MissingAuthenticationToken",
                    "RequestExpired");

    private static final Set<String> MISSING =
            Set.of("NoSuchEntity", "NoSuchEntityException", "ResourceNotFoundException");

    private static final int FIRST_SERVER_ERROR = 500;
    private static final int MAX_TEXT = 600;

    private StsFailures() {}

    /**
     * @param role the requested role
     */
    static StsFailed of(SdkException e, String role) {
        return switch (e) {
            case StsException answered -> answered(answered, role);
            case NoCredentialsException none ->
                    unavailable(
                            "the service has no AWS credentials of its own ("
                                    + none.getMessage()
                                    + ")");
            default -> unavailable("STS cannot be reached: " + reason(e));
        };
    }

    /** STS answered without a session. */
    static StsFailed unusable() {
        return unavailable("STS answered without a session");
    }

    private static StsFailed answered(StsException e, String role) {
        AwsErrorDetails details = e.awsErrorDetails();
        String code = details == null ? "" : String.valueOf(details.errorCode());
        String text = details == null ? null : details.errorMessage();
        if (e.isThrottlingException() || THROTTLED.contains(code)) {
            return new StsFailed.Passing(
                    new Refusal(ErrorType.THROTTLING, "STS throttles: " + cut(text)));
        }
        if (OWN_CREDENTIALS.contains(code)) {
            return unavailable("STS refuses the service's own credentials with " + code);
        }
        if (e.statusCode() >= FIRST_SERVER_ERROR) {
            return unavailable("STS fails with " + code);
        }
        return refused(code, text, role);
    }

    private static StsFailed refused(String code, @Nullable String text, String role) {
        if (code.startsWith("AccessDenied")) {
            return new StsFailed(
                    new Refusal(
                            ErrorType.ACCESS_DENIED,
                            "STS does not let the service assume and tag %s: %s"
                                    .formatted(role, cut(text))));
        }
        if (MISSING.contains(code)) {
            return new StsFailed(
                    new Refusal(
                            ErrorType.RESOURCE_NOT_FOUND,
                            "There is no role " + role + ": " + cut(text)));
        }
        Refusal refusal =
                new Refusal(
                        ErrorType.INVALID_REQUEST,
                        "STS refuses a session of %s with %s: %s".formatted(role, code, cut(text)));
        return isAboutDuration(code, text)
                ? new StsFailed.TooLong(refusal, String.valueOf(text).contains("chaining"))
                : new StsFailed(refusal);
    }

    private static boolean isAboutDuration(String code, @Nullable String text) {
        return code.startsWith("Validation") && text != null && text.contains("DurationSeconds");
    }

    private static StsFailed unavailable(String message) {
        return new StsFailed.Outage(new Refusal(ErrorType.SERVICE_UNAVAILABLE, message));
    }

    /** Without texts, which may quote what was sent or answered. */
    private static String reason(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName();
    }

    private static String cut(@Nullable String text) {
        String whole = text == null ? "it does not say why" : text;
        return whole.length() <= MAX_TEXT ? whole : whole.substring(0, MAX_TEXT) + "…";
    }
}
