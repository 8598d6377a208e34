package io.podidentity.auth.injection;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The authorities that API servers trust, the newest first; the one before stays until the next.
 */
record Authorities(List<CertifiedKey> all) {

    static final Authorities NONE = new Authorities(List.of());

    static final Duration LIFETIME = Duration.ofDays(3650);

    /** How long a new one is only trusted, so that every API server has heard of it. */
    static final Duration ANNOUNCED = Duration.ofMinutes(5);

    Authorities {
        all = List.copyOf(all);
    }

    /** What was made before; none if it cannot be used. */
    static Authorities parse(String certificates, String keys) {
        try {
            List<byte[]> encodedKeys = Pem.contents(keys);
            List<CertifiedKey> all = new ArrayList<>();
            for (byte[] encoded : Pem.contents(certificates)) {
                all.add(
                        new CertifiedKey(
                                CertifiedKey.certificate(encoded),
                                key(encodedKeys.get(all.size()))));
            }
            return new Authorities(all);
        } catch (GeneralSecurityException | RuntimeException e) {
            return NONE;
        }
    }

    boolean isDue(Instant now) {
        return all.isEmpty() || all.getFirst().isDue(now);
    }

    Authorities renewed(Instant now) throws GeneralSecurityException {
        return new Authorities(
                Stream.concat(
                                Stream.of(CertifiedKey.authority(now, LIFETIME)),
                                all.stream().limit(1))
                        .toList());
    }

    /** The one that signs: the newest, once it is announced or the one before has ended. */
    CertifiedKey signer(Instant now) {
        CertifiedKey newest = all.getFirst();
        CertifiedKey before = all.getLast();
        return now.isAfter(newest.made().plus(ANNOUNCED)) || now.isAfter(before.ends())
                ? newest
                : before;
    }

    /** The certificates, as PEM. */
    String certificates() {
        return all.stream().map(CertifiedKey::certificatePem).collect(Collectors.joining());
    }

    /** Their keys, as PEM. */
    String keys() {
        return all.stream().map(CertifiedKey::keyPem).collect(Collectors.joining());
    }

    private static PrivateKey key(byte[] encoded) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }
}
