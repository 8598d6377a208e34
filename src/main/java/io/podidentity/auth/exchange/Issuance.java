package io.podidentity.auth.exchange;

/** What came of asking for a session of a role. */
public sealed interface Issuance permits Session, Refusal {}
