package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.eksauth.model.EksAuthException;

/** Turns what the AWS SDK throws into outcomes, with the reference agent's texts. */
final class Failures {

    /** Codes with status 400 that deny the pod: asking again does not help. */
    private static final Set<String> DENIED =
            Set.of("AccessDeniedException", "InvalidTokenException", "ExpiredTokenException");

    private static final String NOT_FOUND = "ResourceNotFoundException";

    /** Error codes about the signer; with 401/403 every code is. */
    private static final Set<String> ABOUT_SIGNER =
            Set.of(
                    "UnrecognizedClient",
                    "InvalidClientTokenId",
                    "InvalidSignature",
                    "IncompleteSignature",
                    "SignatureDoesNotMatch",
                    "MissingAuthenticationToken",
                    "AuthFailure",
                    "NotAuthorized",
                    "OptInRequired",
                    "RequestTimeTooSkewed",
                    "RequestExpired",
                    "RequestInTheFuture");

    /** SDKs read at most 10,000 bytes of a body, which holds the text twice. */
    private static final int MAX_TEXT = 1_000;

    private static final int MAX_CODE = 100;
    private static final int FIRST_ERROR = 400;
    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int MISSING = 404;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int FIRST_SERVER_ERROR = 500;
    private static final int BAD_GATEWAY = 502;
    private static final int UNAVAILABLE = 503;
    private static final int LAST_ERROR = 599;

    private final ErrorHints hints;

    Failures(String cluster, boolean signed) {
        this.hints = new ErrorHints(cluster, signed);
    }

    CallFailed of(RuntimeException e, CredentialRequest request, Progress progress) {
        SdkHttpResponse answer = progress.answer();
        return switch (e) {
            case NodeCredentials.Missing missing -> noSigningCredentials(missing.problem());
            case ApiCallTimeoutException _, ApiCallAttemptTimeoutException _ ->
                    unreachable("EKS Auth did not answer in time");
            case EksAuthException error when isError(error.statusCode()) ->
                    answered(
                            // Other AWS front ends throttle with status 400.
                            error.isThrottlingException() ? TOO_MANY_REQUESTS : error.statusCode(),
                            error.awsErrorDetails(),
                            answer,
                            request);
            default -> {
                if (answer == null) {
                    yield unreachable("EKS Auth cannot be reached: " + reason(e));
                }
                // The SDK fails on headers too, such as a negative Retry-After.
                yield isError(answer.statusCode())
                        ? answered(answer.statusCode(), null, answer, request)
                        : unusable(unreadable(e, answer), requestId(answer));
            }
        };
    }

    /** EKS Auth answered with something that is neither credentials nor an error. */
    CallFailed unusable(String problem, @Nullable String requestId) {
        return new CallFailed.Outage(
                new Failed(
                        "InvalidResponse",
                        BAD_GATEWAY,
                        false,
                        named(requestId) + "EKS Auth's answer cannot be used: " + problem,
                        null));
    }

    private CallFailed answered(
            int status,
            @Nullable AwsErrorDetails details,
            @Nullable SdkHttpResponse answer,
            CredentialRequest request) {
        String code = details == null ? null : details.errorCode();
        code = code == null ? "Unknown" : cut(code, MAX_CODE);
        String text = details == null ? null : details.errorMessage();
        boolean server = status >= FIRST_SERVER_ERROR;
        String message =
                "%s(%s): %s, fault: %s"
                        .formatted(
                                named(requestId(answer)),
                                code,
                                text == null ? "status " + status : cut(text, MAX_TEXT),
                                server ? "server" : "client");
        if (aboutSigner(status, code)) {
            return new CallFailed.SignerRefused(
                    new Failed(
                            "SignerRefused",
                            UNAVAILABLE,
                            false,
                            message + hints.ofSigner(code),
                            retryAfter(answer)));
        }
        Failed failed =
                new Failed(
                        code,
                        status,
                        permanent(status, code),
                        message + hints.of(code, request.pod(), text),
                        retryAfter(answer));
        return server ? new CallFailed.Outage(failed) : new CallFailed(failed, false);
    }

    /** Whether it is the agent's identity that was refused, whichever pod the call was for. */
    private static boolean aboutSigner(int status, String code) {
        return status == UNAUTHORIZED
                || status == FORBIDDEN
                || (status == BAD_REQUEST && ABOUT_SIGNER.contains(code.replace("Exception", "")));
    }

    /** Whether EKS Auth denies the pod; other statuses are not about the pod. */
    private static boolean permanent(int status, String code) {
        return switch (status) {
            case BAD_REQUEST -> DENIED.contains(code);
            case MISSING -> code.equals(NOT_FOUND);
            default -> false;
        };
    }

    private static CallFailed unreachable(String message) {
        return new CallFailed.Outage(
                new Failed("ServiceUnavailableException", UNAVAILABLE, false, message, null));
    }

    private static CallFailed noSigningCredentials(String problem) {
        return new CallFailed(
                new Failed("NoSigningCredentials", UNAVAILABLE, false, problem, null), true);
    }

    private static boolean isError(int status) {
        return status >= FIRST_ERROR && status <= LAST_ERROR;
    }

    /** Without the exception's text, which may quote the answer and so the credentials. */
    private static String unreadable(Throwable e, SdkHttpResponse answer) {
        return answer.isSuccessful()
                ? "it cannot be read (" + root(e).getClass().getSimpleName() + ")"
                : "its status is " + answer.statusCode();
    }

    private static String reason(Throwable e) {
        Throwable root = root(e);
        return e.getCause() == null
                ? e.getClass().getSimpleName()
                : root.getClass().getSimpleName() + ": " + root.getMessage();
    }

    private static Throwable root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String named(@Nullable String requestId) {
        return "[" + (requestId == null ? "no request id" : requestId) + "]: ";
    }

    private static @Nullable String requestId(@Nullable SdkHttpResponse answer) {
        return header(answer, "x-amzn-RequestId").orElse(null);
    }

    private static @Nullable Duration retryAfter(@Nullable SdkHttpResponse answer) {
        return header(answer, "Retry-After")
                .filter(text -> text.matches("[0-9]{1,5}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(null);
    }

    private static Optional<String> header(@Nullable SdkHttpResponse answer, String name) {
        return answer == null ? Optional.empty() : answer.firstMatchingHeader(name);
    }

    private static String cut(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max) + "…";
    }
}
