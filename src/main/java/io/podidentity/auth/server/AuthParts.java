package io.podidentity.auth.server;

import io.podidentity.auth.associations.AssociationsApi;
import io.podidentity.auth.exchange.Callers;
import io.podidentity.auth.exchange.Exchange;

/** The parts of the service. */
public record AuthParts(
        Exchange exchange, AssociationsApi api, Callers callers, AuthEvents events) {}
