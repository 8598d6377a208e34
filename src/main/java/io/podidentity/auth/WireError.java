package io.podidentity.auth;

/** An error as AWS names it. */
public interface WireError {

    String code();

    int status();
}
