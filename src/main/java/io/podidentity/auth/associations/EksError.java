package io.podidentity.auth.associations;

import io.podidentity.auth.WireError;

/** The errors of the EKS API's service model. */
public enum EksError implements WireError {
    INVALID_REQUEST("InvalidRequestException", 400),
    INVALID_PARAMETER("InvalidParameterException", 400),
    NOT_FOUND("ResourceNotFoundException", 404),
    IN_USE("ResourceInUseException", 409),
    SERVER("ServerException", 500);

    private final String code;
    private final int status;

    EksError(String code, int status) {
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
