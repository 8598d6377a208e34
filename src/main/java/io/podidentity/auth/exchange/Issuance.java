package io.podidentity.auth.exchange;

/** The result of asking for a session. */
public sealed interface Issuance permits Session, Refusal {}
