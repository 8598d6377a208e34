package io.podidentity.auth.exchange;

import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.token.ServiceAccountToken;

/** Issues sessions of roles. */
public interface SessionIssuer {

    /**
     * Issues a session for the pod of a verified token. May block: never call it on an event loop.
     */
    Issuance issue(RoleAssociation association, ServiceAccountToken token);
}
