package io.podidentity.agent.authservice;

/** No credentials, and why; {@code message} goes to the caller and quotes no secret. */
public record Refusal(ErrorType type, String message) implements Issuance, Exchange.Outcome {}
