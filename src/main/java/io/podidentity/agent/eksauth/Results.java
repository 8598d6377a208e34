package io.podidentity.agent.eksauth;

import java.util.Set;

/** The names that results have in metrics. */
final class Results {

    private static final Set<String> KNOWN =
            Set.of(
                    "InvalidRequestException",
                    "InvalidParameterException",
                    "AccessDeniedException",
                    "InvalidTokenException",
                    "ExpiredTokenException",
                    "ResourceNotFoundException",
                    "ThrottlingException",
                    "InternalServerException",
                    "ServiceUnavailableException",
                    "UnrecognizedClientException",
                    "InvalidSignatureException",
                    "InvalidResponse",
                    "NoSigningCredentials");

    private Results() {}

    /** The error's code, or {@code Other}: a peer may send any code, and each makes a series. */
    static String label(String code) {
        return KNOWN.contains(code) ? code : "Other";
    }
}
