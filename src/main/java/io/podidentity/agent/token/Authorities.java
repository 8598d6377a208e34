package io.podidentity.agent.token;

import io.podidentity.agent.tls.PemAuthorities;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;

/** A PEM file of the only authorities to trust. */
record Authorities(Path file) {

    /** Reads the file anew: authorities are rotated under a running agent. */
    SSLContext context() throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new PemAuthorities(file).trust(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " holds no certificates to trust", e);
        }
    }
}
