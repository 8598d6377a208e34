package io.podidentity.auth.exchange;

/** No credentials, and why; {@code message} goes to the caller and quotes no secret. */
public record Refusal(ErrorType type, String message) implements Issuance, Exchange.Outcome {}
