package io.podidentity.agent.telemetry;

import java.util.Set;

/**
 * Keeps the values of labels few: what EKS Auth's model and the agent itself name, and the rest.
 */
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
