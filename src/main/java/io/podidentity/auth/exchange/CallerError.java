package io.podidentity.auth.exchange;

import io.podidentity.auth.WireError;

/** AWS' errors for callers that are not authenticated. */
enum CallerError implements WireError {
    INCOMPLETE_SIGNATURE("IncompleteSignatureException"),
    MISSING_TOKEN("MissingAuthenticationTokenException"),
    UNKNOWN_KEY("UnrecognizedClientException"),
    INVALID_SIGNATURE("InvalidSignatureException"),
    NOT_ALLOWED("AccessDeniedException");

    private static final int FORBIDDEN = 403;

    private final String code;

    CallerError(String code) {
        this.code = code;
    }

    @Override
    public String code() {
        return code;
    }

    @Override
    public int status() {
        return FORBIDDEN;
    }
}
