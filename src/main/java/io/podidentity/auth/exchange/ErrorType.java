package io.podidentity.auth.exchange;

import io.podidentity.auth.WireError;

/** The errors of EKS Auth's service model. */
public enum ErrorType implements WireError {
    INVALID_REQUEST("InvalidRequestException", 400),
    INVALID_PARAMETER("InvalidParameterException", 400),
    ACCESS_DENIED("AccessDeniedException", 400),
    INVALID_TOKEN("InvalidTokenException", 400),
    EXPIRED_TOKEN("ExpiredTokenException", 400),
    RESOURCE_NOT_FOUND("ResourceNotFoundException", 404),
    THROTTLING("ThrottlingException", 429),
    INTERNAL_SERVER("InternalServerException", 500),
    SERVICE_UNAVAILABLE("ServiceUnavailableException", 503);

    private final String code;
    private final int status;

    ErrorType(String code, int status) {
        this.code = code;
        this.status = status;
    }

    @Override
    public String code() {
        return code;
    }

    @Override
    public int status() {
        return status;
    }
}
