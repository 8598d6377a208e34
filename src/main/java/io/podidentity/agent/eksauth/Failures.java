package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.PodIdentity;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.eksauth.model.EksAuthException;

/** Turns the AWS SDK's exceptions into outcomes, with the reference agent's texts. */
final class Failures {

    private static final Set<String> PERMANENT =
            Set.of(
                    "AccessDeniedException",
                    "InvalidTokenException",
                    "ExpiredTokenException",
                    "ResourceNotFoundException");
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int FIRST_CLIENT_ERROR = 400;
    private static final int FIRST_SERVER_ERROR = 500;
    private static final int BAD_GATEWAY = 502;
    private static final int UNAVAILABLE = 503;

    private final String cluster;

    Failures(String cluster) {
        this.cluster = cluster;
    }

    CallFailed of(SdkException e, CredentialRequest request) {
        return switch (e) {
            case EksAuthException answer -> answered(answer, request);
            case ApiCallTimeoutException timeout -> unreachable("EKS Auth did not answer in time");
            case ApiCallAttemptTimeoutException timeout ->
                    unreachable("EKS Auth did not answer in time");
            default -> withoutAnswer(e);
        };
    }

    private CallFailed withoutAnswer(SdkException e) {
        if (Optional.ofNullable(e.getMessage()).orElse("").contains("load credentials")) {
            return noSigningCredentials();
        }
        // Not the parser's text: it quotes what it cannot read.
        return e.getCause() == null || lostConnection(e.getCause())
                ? unreachable("EKS Auth cannot be reached: " + reason(e))
                : unusable("it cannot be read", null);
    }

    /** Whether the network failed; the SDK's own JSON parser also throws an IOException. */
    private static boolean lostConnection(@Nullable Throwable cause) {
        if (cause == null) {
            return false;
        }
        boolean network =
                cause instanceof IOException && cause.getClass().getName().startsWith("java");
        return network || lostConnection(cause.getCause());
    }

    /** EKS Auth answered 200 with something that is no credentials. */
    CallFailed unusable(String problem, @Nullable String requestId) {
        return new CallFailed.Outage(
                new Failed(
                        "InvalidResponse",
                        BAD_GATEWAY,
                        false,
                        named(requestId) + "EKS Auth's answer cannot be used: " + problem,
                        null));
    }

    private CallFailed answered(EksAuthException e, CredentialRequest request) {
        AwsErrorDetails details = e.awsErrorDetails();
        String code =
                details == null || details.errorCode() == null ? "Unknown" : details.errorCode();
        int status = e.statusCode();
        if (status < FIRST_CLIENT_ERROR) {
            // Passed on, a redirect would send the pod's token elsewhere.
            return unusable("its status is " + status, e.requestId());
        }
        boolean server = status >= FIRST_SERVER_ERROR;
        String message =
                named(e.requestId())
                        + "("
                        + code
                        + "): "
                        + Optional.ofNullable(details)
                                .map(AwsErrorDetails::errorMessage)
                                .orElse("status " + status)
                        + ", fault: "
                        + (server ? "server" : "client")
                        + remedy(code, request.pod());
        Failed failed =
                new Failed(code, status, PERMANENT.contains(code), message, retryAfter(details));
        if (status == TOO_MANY_REQUESTS) {
            return new CallFailed.Passing(failed);
        }
        return server ? new CallFailed.Outage(failed) : new CallFailed(failed);
    }

    private static String named(@Nullable String requestId) {
        return "[" + (requestId == null ? "no request id" : requestId) + "]: ";
    }

    private String remedy(String code, @Nullable PodIdentity pod) {
        String who =
                pod == null
                        ? "this service account"
                        : "service account " + pod.namespace() + "/" + pod.serviceAccount();
        return switch (code) {
            case "ExpiredTokenException" ->
                    ". The token expired: the client must re-read its token file";
            case "InvalidTokenException" ->
                    ". The token is not one of cluster " + cluster + " for pods.eks.amazonaws.com";
            case "ResourceNotFoundException" ->
                    ". There is no pod identity association for " + who + " in cluster " + cluster;
            case "AccessDeniedException" ->
                    ". Check the trust policy of the role associated with "
                            + who
                            + " and that the node's role allows eks-auth:AssumeRoleForPodIdentity"
                            + " on cluster "
                            + cluster;
            case "UnrecognizedClientException",
                    "InvalidSignatureException",
                    "IncompleteSignatureException",
                    "MissingAuthenticationTokenException" ->
                    ". EKS Auth refuses the agent's own credentials: check the node's role and clock";
            default -> "";
        };
    }

    private static CallFailed unreachable(String message) {
        return new CallFailed.Outage(
                new Failed("ServiceUnavailableException", UNAVAILABLE, false, message, null));
    }

    private static CallFailed noSigningCredentials() {
        return new CallFailed.Passing(
                new Failed(
                        "NoSigningCredentials",
                        UNAVAILABLE,
                        false,
                        "The agent has no AWS credentials of its own to sign with: give the node a"
                                + " role, or the agent a profile or web identity",
                        null));
    }

    private static String reason(SdkException e) {
        Throwable cause = e.getCause();
        if (cause == null) {
            return e.getClass().getSimpleName();
        }
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }

    private static @Nullable Duration retryAfter(@Nullable AwsErrorDetails details) {
        if (details == null || details.sdkHttpResponse() == null) {
            return null;
        }
        return details.sdkHttpResponse()
                .firstMatchingHeader("Retry-After")
                .filter(text -> text.matches("[0-9]{1,5}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(null);
    }
}
