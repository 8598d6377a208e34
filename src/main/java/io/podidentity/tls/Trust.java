package io.podidentity.tls;

import io.podidentity.config.InvalidSettingException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;

/** Which TLS servers are trusted. */
@FunctionalInterface
public interface Trust {

    /** Called for each connection: authorities may change meanwhile. */
    SSLContext context() throws IOException;

    /** The system's authorities. */
    static Trust system() {
        return () -> {
            try {
                return SSLContext.getDefault();
            } catch (GeneralSecurityException e) {
                throw new IOException("this system has no authorities to trust", e);
            }
        };
    }

    /** Only those of a PEM file, read each time because they are rotated. */
    static Trust rotated(Path file) {
        return () -> of(file);
    }

    /**
     * Only those of a PEM file, as they are now.
     *
     * @param setting what names the file
     * @throws InvalidSettingException if it cannot be read or holds none
     */
    static Trust fixed(String setting, Path file) {
        try {
            SSLContext context = of(file);
            return () -> context;
        } catch (FileSystemException e) {
            throw wrong(setting, file + " cannot be read (" + e.getClass().getSimpleName() + ")");
        } catch (IOException e) {
            throw wrong(setting, String.valueOf(e.getMessage()));
        }
    }

    private static SSLContext of(Path file) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new PemAuthorities(file).trust(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " holds no certificates to trust", e);
        }
    }

    private static InvalidSettingException wrong(String setting, String problem) {
        return new InvalidSettingException(setting, problem, "name a PEM file of certificates");
    }
}
