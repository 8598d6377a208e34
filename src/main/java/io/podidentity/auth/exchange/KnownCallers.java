package io.podidentity.auth.exchange;

import io.podidentity.auth.exchange.Callers.Decision.Allowed;
import io.podidentity.auth.exchange.Callers.Decision.Denied;
import org.jspecify.annotations.Nullable;

/**
 * Callers that sign with a known key, or whose certificate the TLS handshake has verified.
 * Certificates are for nodes and do not allow changing associations.
 *
 * @param signatures null where no keys are configured
 * @param certificates whether client certificates are accepted
 */
public record KnownCallers(@Nullable SignatureCheck signatures, boolean certificates)
        implements Callers {

    @Override
    public Decision check(Call call, Permission wanted) {
        boolean signed = call.header("authorization") != null;
        // Agents sign each request, even with a certificate.
        boolean certified = certificates && call.certificate() != null;
        if (certified && wanted == Permission.EXCHANGE) {
            return new Allowed("certificate " + call.certificate());
        }
        if (signatures != null && signed) {
            return signatures.check(call, wanted);
        }
        if (certified) {
            return new Denied(
                    CallerError.NOT_ALLOWED,
                    "A client certificate may exchange tokens only; associations need a signature");
        }
        return new Denied(CallerError.MISSING_TOKEN, "Missing Authentication Token");
    }
}
