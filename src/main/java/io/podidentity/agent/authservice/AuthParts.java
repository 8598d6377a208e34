package io.podidentity.agent.authservice;

/** What the service is made of. */
public record AuthParts(
        Exchange exchange, AssociationsApi api, Callers callers, AuthEvents events) {}
