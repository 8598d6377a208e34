package io.podidentity.agent.eksauth;

import io.podidentity.agent.config.InvalidSettingException;
import io.podidentity.agent.tls.PemAuthorities;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.http.TlsTrustManagersProvider;

/** Reads {@code AWS_CA_BUNDLE}, which the SDK for Java leaves to its callers. */
final class CaBundle {

    private CaBundle() {}

    /**
     * Trusts the authorities of a PEM file, and no others.
     *
     * @throws InvalidSettingException if it cannot be read or holds none
     */
    static TlsTrustManagersProvider read(Path file) {
        try {
            TrustManager[] trust = new PemAuthorities(file).trust();
            return () -> trust;
        } catch (FileSystemException e) {
            throw wrong(file + " cannot be read (" + e.getClass().getSimpleName() + ")");
        } catch (IOException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private static InvalidSettingException wrong(String problem) {
        return new InvalidSettingException(
                "AWS_CA_BUNDLE", problem, "name a PEM file of certificates");
    }
}
