package io.podidentity.agent.outbound;

import java.io.IOException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Which servers are believed over TLS. */
@FunctionalInterface
public interface Trust {

    /** Asked for each connection: authorities may change meanwhile. */
    SSLContext context() throws IOException;

    /** That of the system. */
    static Trust system() {
        return () -> {
            try {
                return SSLContext.getDefault();
            } catch (GeneralSecurityException e) {
                throw new IOException("this system has no authorities to trust", e);
            }
        };
    }

    /** Those whom the managers trust. */
    static Trust of(TrustManager... managers) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers, null);
            return () -> context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }
}
