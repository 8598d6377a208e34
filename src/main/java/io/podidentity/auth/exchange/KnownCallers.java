package io.podidentity.auth.exchange;

import io.podidentity.auth.exchange.Callers.Decision.Allowed;
import io.podidentity.auth.exchange.Callers.Decision.Denied;
import org.jspecify.annotations.Nullable;

/**
 * Callers that sign with a known key, have a token of a known service account, or a certificate
 * that the TLS handshake has verified. Tokens and certificates are for nodes and do not allow
 * changing associations.
 *
 * @param signatures null where no keys are configured
 * @param tokens null where no service account may call
 * @param certificates whether client certificates are accepted
 */
public record KnownCallers(
        @Nullable SignatureCheck signatures, @Nullable TokenCallers tokens, boolean certificates)
        implements Callers {

    private static final String FOR_NODES =
            "A client's %s may exchange tokens only; associations need a signature";

    @Override
    public Decision check(Call call, Permission wanted) {
        String authorization = call.header("authorization");
        // Agents sign each request, even with a certificate.
        boolean certified = certificates && call.certificate() != null;
        if (certified && wanted == Permission.EXCHANGE) {
            return new Allowed("certificate " + call.certificate());
        }
        if (tokens != null && authorization != null && TokenCallers.isToken(authorization)) {
            return wanted == Permission.EXCHANGE
                    ? tokens.check(authorization)
                    : new Denied(CallerError.NOT_ALLOWED, FOR_NODES.formatted("token"));
        }
        if (signatures != null && authorization != null) {
            return signatures.check(call, wanted);
        }
        if (certified) {
            return new Denied(CallerError.NOT_ALLOWED, FOR_NODES.formatted("certificate"));
        }
        return new Denied(CallerError.MISSING_TOKEN, "Missing Authentication Token");
    }
}
