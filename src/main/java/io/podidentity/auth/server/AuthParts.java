package io.podidentity.auth.server;

import io.podidentity.auth.associations.AssociationsApi;
import io.podidentity.auth.exchange.Callers;
import io.podidentity.auth.exchange.Exchange;

/** What the service is made of. */
public record AuthParts(
        Exchange exchange, AssociationsApi api, Callers callers, AuthEvents events) {}
