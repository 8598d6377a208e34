package io.podidentity.agent.telemetry;

import java.util.Set;

/** Bounds label values: EKS Auth's and the agent's codes; others are {@code Unknown}. */
final class ErrorCodes {

    private static final Set<String> KNOWN =
            Set.of(
                    "Success",
                    "Failure",
                    "InvalidRequestException",
                    "InvalidParameterException",
                    "AccessDeniedException",
                    "InvalidTokenException",
                    "ExpiredTokenException",
                    "ResourceNotFoundException",
                    "ThrottlingException",
                    "InternalServerException",
                    "ServiceUnavailableException",
                    "InvalidResponse",
                    "NoSigningCredentials",
                    "SignerRefused",
                    "InternalFailure");

    private ErrorCodes() {}

    static String bounded(String code) {
        return KNOWN.contains(code) ? code : "Unknown";
    }
}
