package io.podidentity.dev;

import io.podidentity.token.OwnerOnlyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jboss.logging.Logger;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.lang.HashUtil;
import org.jose4j.lang.JoseException;

/** Keeps the key pair that the cluster signs with in a file, so that tokens outlive a restart. */
final class ClusterKey {

    private static final Logger LOG = Logger.getLogger(ClusterKey.class);
    private static final int BITS = 2048;

    private ClusterKey() {}

    /** Reads the key, or makes a new one if none can be read. */
    static PublicJsonWebKey keptIn(Path file) throws IOException {
        try {
            if (Files.exists(file)) {
                PublicJsonWebKey kept =
                        PublicJsonWebKey.Factory.newPublicJwk(new OwnerOnlyFile(file).read());
                if (kept.getPrivateKey() != null && kept.getKeyId() != null) {
                    return kept;
                }
            }
        } catch (JoseException | IOException e) {
            // Without its cause, which quotes the file.
            LOG.warnf("%s holds no key pair of this user's; a new one takes its place", file);
        }
        PublicJsonWebKey made = make();
        new OwnerOnlyFile(file).write(made.toJson(OutputControlLevel.INCLUDE_PRIVATE));
        return made;
    }

    private static PublicJsonWebKey make() {
        try {
            PublicJsonWebKey key = RsaJwkGenerator.generateJwk(BITS);
            byte[] digest =
                    HashUtil.getMessageDigest("SHA-1").digest(key.getPublicKey().getEncoded());
            key.setKeyId(HexFormat.of().formatHex(digest));
            key.setUse("sig");
            key.setAlgorithm("RS256");
            return key;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }
}
