package io.podidentity.guard;

/** Why a client is cut off while it can still be told. */
public enum CutOff {
    /** Its request did not arrive in time. */
    TOO_SLOW(408),
    /** Its request has more header lines than any that is meant well. */
    TOO_MANY_HEADERS(431),
    /** It holds more than its share. */
    TOO_MUCH(503);

    private final int status;

    CutOff(int status) {
        this.status = status;
    }

    public int status() {
        return status;
    }
}
