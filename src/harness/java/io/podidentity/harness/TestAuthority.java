package io.podidentity.harness;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for 127.0.0.1, and for some names of tests, that signs itself.
 *
 * @param store with the private key
 * @param pem the certificate alone, to be trusted
 * @param key the private key alone
 */
public record TestAuthority(Path store, Path pem, Path key) {

    public static final String PASSWORD = "changeit";

    private static final String ALIAS = "server";

    /** One whose certificate is the folder's ca.crt, as in a pod's. */
    public static TestAuthority in(Path folder) throws IOException, GeneralSecurityException {
        return make(folder, "server", folder.resolve("ca.crt"));
    }

    /** One of several in a folder. */
    public static TestAuthority named(String name, Path folder)
            throws IOException, GeneralSecurityException {
        return make(folder, name, folder.resolve(name + ".crt"));
    }

    private static TestAuthority make(Path folder, String name, Path pem)
            throws IOException, GeneralSecurityException {
        Path store = folder.resolve(name + ".p12");
        Shell.succeed(
                List.of(
                        Shell.jdk("keytool"),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        // As AWS' own: one of another kind costs its client several times as much.
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1,dns:eks-auth.test,dns:keys.test,dns:proxy.test",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD));
        KeyStore keys = keys(store);
        Key secret = keys.getKey(ALIAS, PASSWORD.toCharArray());
        return new TestAuthority(
                store,
                write(pem, "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()),
                write(folder.resolve(name + ".key"), "PRIVATE KEY", secret.getEncoded()));
    }

    private static Path write(Path file, String kind, byte[] content) throws IOException {
        return Files.writeString(
                file,
                "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                        .formatted(kind, Base64.getMimeEncoder().encodeToString(content), kind));
    }

    /** The certificate and its key. */
    public KeyManager[] keyManagers() throws IOException, GeneralSecurityException {
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys(store), PASSWORD.toCharArray());
        return managers.getKeyManagers();
    }

    /** Trust in the certificate and in no other. */
    public TrustManager[] trustManagers() throws IOException, GeneralSecurityException {
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry(ALIAS, keys(store).getCertificate(ALIAS));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(authorities);
        return trust.getTrustManagers();
    }

    /** What a server on 127.0.0.1 needs. */
    public SSLContext server() throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers(), null, null);
        return context;
    }

    private static KeyStore keys(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }
}
