package io.podidentity.agent.authservice;

import io.podidentity.agent.token.ServiceAccountToken;

/** Makes sessions of roles. */
public interface SessionIssuer {

    /**
     * Makes a session for the pod of a verified token. May block: never call it on an event loop.
     */
    Issuance issue(RoleAssociation association, ServiceAccountToken token);
}
