package io.podidentity.auth.server;

import io.podidentity.tls.PemAuthorities;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/** Reads and checks TLS files before use: with a bad one a server refuses all connections. */
final class TlsFiles {

    private static final byte[] ANYTHING = {1, 2, 3};

    private TlsFiles() {}

    /**
     * The files' contents as they are now. Blocks.
     *
     * @throws IOException if one cannot be read, or they do not fit together; the message says how
     */
    static SSLOptions read(Tls tls, Vertx vertx) throws IOException {
        PemKeyCertOptions own =
                new PemKeyCertOptions()
                        .setCertValue(content(tls.certificate()))
                        .setKeyValue(content(tls.key()));
        Path authorities = tls.clientAuthorities();
        PemTrustOptions trust =
                authorities == null
                        ? null
                        : new PemTrustOptions().addCertValue(certificates(authorities));
        check(tls, own, trust, vertx);
        SSLOptions ssl = new SSLOptions().setKeyCertOptions(own);
        return trust == null ? ssl : ssl.setTrustOptions(trust);
    }

    private static Buffer content(Path file) throws IOException {
        return Buffer.buffer(Files.readAllBytes(file));
    }

    /** Only readable ones: Vert.x loads all of a file or nothing. */
    private static Buffer certificates(Path file) throws IOException {
        Buffer pem = Buffer.buffer();
        try {
            for (Certificate each : new PemAuthorities(file).certificates()) {
                pem.appendString("-----BEGIN CERTIFICATE-----\n")
                        .appendString(Base64.getMimeEncoder().encodeToString(each.getEncoded()))
                        .appendString("\n-----END CERTIFICATE-----\n");
            }
        } catch (CertificateEncodingException e) {
            throw new IOException(file + " cannot be used", e);
        }
        return pem;
    }

    private static void check(
            Tls tls, PemKeyCertOptions own, @Nullable PemTrustOptions trust, Vertx vertx)
            throws IOException {
        boolean together;
        try {
            together = together(own.getKeyManagerFactory(vertx));
            if (trust != null) {
                trust.getTrustManagerFactory(vertx);
            }
        } catch (Exception e) {
            throw new IOException(
                    tls.certificate() + " and " + tls.key() + " cannot be used: " + e.getMessage(),
                    e);
        }
        if (!together) {
            throw new IOException(
                    tls.key() + " is not the key of the certificate in " + tls.certificate());
        }
    }

    private static boolean together(KeyManagerFactory factory) throws GeneralSecurityException {
        for (KeyManager manager : factory.getKeyManagers()) {
            for (String type : new String[] {"EC", "RSA", "EdDSA", "Ed25519"}) {
                X509KeyManager keys = (X509KeyManager) manager;
                String[] aliases = keys.getServerAliases(type, null);
                if (aliases != null) {
                    return together(
                            keys.getPrivateKey(aliases[0]),
                            keys.getCertificateChain(aliases[0])[0].getPublicKey());
                }
            }
        }
        throw new GeneralSecurityException("no certificate of a known kind of key");
    }

    private static boolean together(PrivateKey own, PublicKey certified)
            throws GeneralSecurityException {
        if (!own.getAlgorithm().equals(certified.getAlgorithm())) {
            return false;
        }
        String algorithm =
                switch (own.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> own.getAlgorithm();
                };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(own);
        signature.update(ANYTHING);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(ANYTHING);
        return signature.verify(signed);
    }
}
