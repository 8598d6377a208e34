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

    private static final Set<String> PERMANENT =
            Set.of(
                    "AccessDeniedException",
                    "InvalidTokenException",
                    "ExpiredTokenException",
                    "ResourceNotFoundException");

    /** Pods' SDKs read bodies of 10,000 bytes at most, and an error stands in them twice. */
    private static final int LONGEST_TEXT = 1_000;

    private static final int LONGEST_CODE = 100;
    private static final int FIRST_ERROR = 400;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int FIRST_SERVER_ERROR = 500;
    private static final int BAD_GATEWAY = 502;
    private static final int UNAVAILABLE = 503;
    private static final int LAST_ERROR = 599;

    private final Remedies remedies;

    Failures(String cluster) {
        this.remedies = new Remedies(cluster);
    }

    CallFailed of(RuntimeException e, CredentialRequest request, Progress progress) {
        SdkHttpResponse answer = progress.answer();
        return switch (e) {
            case NodeCredentials.Missing missing -> noSigningCredentials(missing.problem());
            case ApiCallTimeoutException _, ApiCallAttemptTimeoutException _ ->
                    unreachable("EKS Auth did not answer in time");
            case EksAuthException error when isError(error.statusCode()) ->
                    answered(error.statusCode(), error.awsErrorDetails(), answer, request);
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
        code = code == null ? "Unknown" : cut(code, LONGEST_CODE);
        String text = details == null ? null : details.errorMessage();
        boolean server = status >= FIRST_SERVER_ERROR;
        String message =
                "%s(%s): %s, fault: %s%s"
                        .formatted(
                                named(requestId(answer)),
                                code,
                                text == null ? "status " + status : cut(text, LONGEST_TEXT),
                                server ? "server" : "client",
                                remedies.of(code, request.pod()));
        Failed failed =
                new Failed(code, status, PERMANENT.contains(code), message, retryAfter(answer));
        if (status == TOO_MANY_REQUESTS) {
            return new CallFailed.Passing(failed);
        }
        return server ? new CallFailed.Outage(failed) : new CallFailed(failed);
    }

    private static CallFailed unreachable(String message) {
        return new CallFailed.Outage(
                new Failed("ServiceUnavailableException", UNAVAILABLE, false, message, null));
    }

    private static CallFailed noSigningCredentials(String problem) {
        return new CallFailed.Passing(
                new Failed(
                        "NoSigningCredentials",
                        UNAVAILABLE,
                        false,
                        problem + ": give the node a role, or the agent a profile or web identity",
                        null));
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

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest) + "…";
    }
}
