package io.podidentity.agent.eksauth;

import io.podidentity.agent.config.InvalidSettingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.TrustManagerFactory;
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
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> authorities =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (authorities.isEmpty()) {
                throw wrong(file, "holds no certificate");
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate authority : authorities) {
                store.setCertificateEntry("authority-" + store.size(), authority);
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return trust::getTrustManagers;
        } catch (IOException e) {
            throw wrong(file, "cannot be read (" + e.getClass().getSimpleName() + ")");
        } catch (GeneralSecurityException e) {
            throw wrong(file, "is no file of PEM certificates");
        }
    }

    private static InvalidSettingException wrong(Path file, String problem) {
        return new InvalidSettingException(
                "AWS_CA_BUNDLE", file + " " + problem, "name a PEM file of certificates");
    }
}
