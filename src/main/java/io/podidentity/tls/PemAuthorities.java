package io.podidentity.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jboss.logging.Logger;

/**
 * A PEM file of authorities. A block that is no certificate is skipped with a warning: bundles are
 * assembled from many sources, and one odd block says nothing about the others.
 */
public record PemAuthorities(Path file) {

    private static final Logger LOG = Logger.getLogger(PemAuthorities.class);
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    /** Warnings already logged: some files are read again and again. */
    private static final Set<String> REPORTED = ConcurrentHashMap.newKeySet();

    private static final int MAX_REPORTED = 1_000;

    /**
     * Trusts these authorities and no others.
     *
     * @throws IOException if the file cannot be read or holds no certificate
     */
    public TrustManager[] trust() throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate each : certificates()) {
                store.setCertificateEntry("authority-" + store.size(), each);
            }
            TrustManagerFactory managers =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            return managers.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " cannot be trusted", e);
        }
    }

    /**
     * The certificates, one at least.
     *
     * @throws IOException if the file cannot be read or holds none
     */
    public List<Certificate> certificates() throws IOException {
        // In one go: the JDK would read byte by byte.
        byte[] content = Files.readAllBytes(file);
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            String text = new String(content, ISO_8859_1);
            List<Certificate> found =
                    text.contains(BEGIN) ? blocks(text, factory) : binary(content, factory);
            if (found.isEmpty()) {
                throw new IOException(file + " holds no certificate");
            }
            return found;
        } catch (CertificateException e) {
            throw new IOException(file + " holds no certificate", e);
        }
    }

    private static List<Certificate> binary(byte[] content, CertificateFactory factory)
            throws CertificateException {
        return List.copyOf(factory.generateCertificates(new ByteArrayInputStream(content)));
    }

    private List<Certificate> blocks(String text, CertificateFactory factory) {
        List<Certificate> found = new ArrayList<>();
        int begin = text.indexOf(BEGIN);
        while (begin >= 0) {
            int next = text.indexOf(BEGIN, begin + BEGIN.length());
            String block = next < 0 ? text.substring(begin) : text.substring(begin, next);
            try {
                found.addAll(certificates(block, factory));
            } catch (CertificateException | IllegalArgumentException e) {
                passOver(text.substring(0, begin), e);
            }
            begin = next;
        }
        return found;
    }

    /** The certificates of one block, of which only PKCS #7 can hold several. */
    private static Collection<? extends Certificate> certificates(
            String block, CertificateFactory factory) throws CertificateException {
        int label = block.indexOf(DASHES, BEGIN.length());
        int end = block.indexOf(END, BEGIN.length());
        if (label < 0 || end < label) {
            throw new CertificateException("it has no end");
        }
        String kind = block.substring(BEGIN.length(), label);
        ByteArrayInputStream content =
                new ByteArrayInputStream(
                        Base64.getMimeDecoder()
                                .decode(block.substring(label + DASHES.length(), end)));
        return switch (kind) {
            case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE" ->
                    List.of(factory.generateCertificate(content));
            case "PKCS7", "CMS" -> factory.generateCertificates(content);
            default -> throw new CertificateException("it is no certificate by its name");
        };
    }

    /** Without the block's own text, which may be a key. */
    private void passOver(String before, Exception e) {
        long line = before.lines().count() + (before.isEmpty() || before.endsWith("\n") ? 1 : 0);
        String why = e.getCause() == null ? e.getMessage() : "it cannot be parsed";
        String warning = "%s: the block at line %d is passed over: %s".formatted(file, line, why);
        if (REPORTED.size() < MAX_REPORTED && REPORTED.add(warning)) {
            LOG.warn(warning);
        }
    }
}
