package io.podidentity.auth.injection;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;

/**
 * A certificate and its key, of an authority or of a server. The JDK can read certificates, but has
 * no public API that makes them.
 */
record CertifiedKey(X509Certificate certificate, PrivateKey key) {

    // An API server's clock may be behind.
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(10);
    private static final int SERIAL_BITS = 127;

    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.hex("06082a8648ce3d040302"));
    private static final byte[] COMMON_NAME = Der.hex("0603550403");
    private static final byte[] KEY_USAGE = Der.hex("0603551d0f");
    private static final byte[] BASIC_CONSTRAINTS = Der.hex("0603551d13");
    private static final byte[] SUBJECT_ALTERNATIVE_NAME = Der.hex("0603551d11");
    private static final byte[] EXTENDED_KEY_USAGE = Der.hex("0603551d25");
    private static final byte[] TRUE = Der.hex("0101ff");
    private static final byte[] SIGN_CERTIFICATES = Der.hex("03020204");
    private static final byte[] SIGN = Der.hex("03020780");
    private static final byte[] SERVER = Der.sequence(Der.hex("06082b06010505070301"));
    private static final byte[] VERSION_3 = Der.tagged(0, Der.integer(BigInteger.TWO));

    /** An authority that signs itself. */
    static CertifiedKey authority(Instant now, Duration lifetime) throws GeneralSecurityException {
        KeyPair keys = keys();
        // Two authorities that overlap differ in name, too.
        byte[] name = name("pod-identity-webhook " + now.getEpochSecond());
        byte[] extensions =
                Der.sequence(
                        critical(BASIC_CONSTRAINTS, Der.sequence(TRUE)),
                        critical(KEY_USAGE, SIGN_CERTIFICATES));
        return new CertifiedKey(
                sign(keys.getPublic(), name, now, lifetime, extensions, name, keys.getPrivate()),
                keys.getPrivate());
    }

    /**
     * A server's, signed by this authority.
     *
     * @param host name or IP address that clients connect to
     */
    CertifiedKey server(String host, Instant now, Duration lifetime)
            throws GeneralSecurityException {
        KeyPair keys = keys();
        byte[] extensions =
                Der.sequence(
                        critical(KEY_USAGE, SIGN),
                        extension(EXTENDED_KEY_USAGE, SERVER),
                        extension(SUBJECT_ALTERNATIVE_NAME, Der.sequence(alternativeName(host))));
        return new CertifiedKey(
                sign(
                        keys.getPublic(),
                        name("pod-identity-webhook"),
                        now,
                        lifetime,
                        extensions,
                        certificate.getSubjectX500Principal().getEncoded(),
                        key),
                keys.getPrivate());
    }

    /** Whether two thirds of its life are over. */
    boolean isDue(Instant now) {
        Duration lifetime = Duration.between(made(), ends());
        return now.isAfter(made().plus(lifetime.multipliedBy(2).dividedBy(3)));
    }

    Instant made() {
        return certificate.getNotBefore().toInstant().plus(CLOCK_SKEW);
    }

    Instant ends() {
        return certificate.getNotAfter().toInstant();
    }

    String certificatePem() {
        try {
            return Pem.block(Pem.CERTIFICATE, certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    String keyPem() {
        return Pem.block(Pem.KEY, key.getEncoded());
    }

    private static KeyPair keys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509Certificate sign(
            PublicKey subjectKey,
            byte[] subject,
            Instant now,
            Duration lifetime,
            byte[] extensions,
            byte[] issuer,
            PrivateKey issuerKey)
            throws GeneralSecurityException {
        byte[] content =
                Der.sequence(
                        VERSION_3,
                        Der.integer(new BigInteger(SERIAL_BITS, new SecureRandom())),
                        ECDSA_WITH_SHA256,
                        issuer,
                        Der.sequence(Der.time(now.minus(CLOCK_SKEW)), Der.time(now.plus(lifetime))),
                        subject,
                        subjectKey.getEncoded(),
                        Der.tagged(3, extensions));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(issuerKey);
        signature.update(content);
        byte[] encoded = Der.sequence(content, ECDSA_WITH_SHA256, Der.bits(signature.sign()));
        return certificate(encoded);
    }

    static X509Certificate certificate(byte[] encoded) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(encoded));
    }

    private static byte[] name(String commonName) {
        return Der.sequence(Der.set(Der.sequence(COMMON_NAME, Der.text(commonName))));
    }

    private static byte[] alternativeName(String host) {
        try {
            return Der.value(Der.IP_ADDRESS, InetAddress.ofLiteral(host).getAddress());
        } catch (IllegalArgumentException e) {
            return Der.value(Der.DNS_NAME, host.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static byte[] critical(byte[] kind, byte[] value) {
        return Der.sequence(kind, TRUE, Der.octets(value));
    }

    private static byte[] extension(byte[] kind, byte[] value) {
        return Der.sequence(kind, Der.octets(value));
    }

    @Override
    public String toString() {
        return "CertifiedKey[" + certificate.getSubjectX500Principal() + "]";
    }
}
