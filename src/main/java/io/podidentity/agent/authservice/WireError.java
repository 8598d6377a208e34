package io.podidentity.agent.authservice;

/** An error as AWS names it. */
interface WireError {

    String code();

    int status();
}
