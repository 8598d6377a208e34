package io.podidentity.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.TestClock;
import io.podidentity.token.JwtTokenVerifier;
import io.podidentity.token.KeySet;
import io.podidentity.token.OwnerOnlyFile;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenReader;
import io.podidentity.token.TokenReading.Current;
import io.podidentity.token.TokenRules;
import io.podidentity.token.TokenVerifier.Verdict.Genuine;
import io.podidentity.token.VerificationKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeletTest {

    private static final Duration LIFETIME = Duration.ofHours(1);

    private final TestClock clock = new TestClock(Instant.parse("2026-11-21T12:00:00Z"));
    @TempDir Path folder;
    private Path file;
    private PublicJsonWebKey key;
    private Kubelet kubelet;

    @BeforeEach
    void project() throws IOException {
        file = folder.resolve("pod/token");
        key = ClusterKey.keptIn(folder.resolve("key.json"));
        kubelet = kubelet(key);
        kubelet.keepFresh();
    }

    @Test
    void projectsATokenThatEksAuthBelieves() throws IOException {
        var rules = new TokenRules(TokenMaker.ISSUER, Set.of(TokenRules.EKS_AUDIENCE));
        var verifier =
                new JwtTokenVerifier(
                        KeySet.of(VerificationKey.of(key.getKeyId(), key.getPublicKey())),
                        rules,
                        clock);

        assertThat(verifier.verify(token())).isEqualTo(new Genuine());
    }

    @Test
    void namesThePodInTheToken() throws IOException {
        assertThat(token().namespace()).isEqualTo("default");
        assertThat(token().serviceAccount()).isEqualTo("sample");
        assertThat(token().podName()).isEqualTo("sample-0");
        assertThat(token().podUid()).isEqualTo(SamplePod.INSTANCE.uid());
    }

    @Test
    void showsTheTokenToItsOwnerOnly() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void leavesAYoungTokenAlone() throws IOException {
        String first = Files.readString(file);

        clock.advance(Duration.ofMinutes(47));
        kubelet.keepFresh();

        assertThat(file).hasContent(first);
    }

    @Test
    void renewsTheTokenAtFourFifthsOfItsLife() throws IOException {
        clock.advance(Duration.ofMinutes(48));
        kubelet.keepFresh();

        assertThat(token().expiresAt()).isEqualTo(clock.instant().plus(LIFETIME));
    }

    @Test
    void writesATokenThatWasDeletedAgain() throws IOException {
        Files.delete(file);
        Files.delete(file.getParent());

        kubelet.keepFresh();

        assertThat(token()).isNotNull();
    }

    @Test
    void leavesNothingHalfWritten() throws IOException {
        clock.advance(LIFETIME);
        kubelet.keepFresh();

        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void signsWithTheSameKeyAfterARestart() throws IOException {
        assertThat(ClusterKey.keptIn(folder.resolve("key.json")).getPublicKey())
                .isEqualTo(key.getPublicKey());
    }

    @Test
    void showsTheKeyToItsOwnerOnly() throws IOException {
        Path keyFile = folder.resolve("key.json");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keyFile)))
                .isEqualTo("rw-------");
    }

    @Test
    void makesANewKeyWhereTheFileHoldsNone() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.json"), "{");

        PublicJsonWebKey made = ClusterKey.keptIn(broken);

        assertThat(made.getKeyId()).matches("[0-9a-f]{40}").isNotEqualTo(key.getKeyId());
        assertThat(ClusterKey.keptIn(broken).getKeyId()).isEqualTo(made.getKeyId());
    }

    private Kubelet kubelet(PublicJsonWebKey signer) {
        return new Kubelet(
                new TokenMaker(signer, LIFETIME),
                SamplePod.INSTANCE,
                new OwnerOnlyFile(file),
                clock);
    }

    private ServiceAccountToken token() throws IOException {
        var reading = new TokenReader(clock).read(Files.readString(file));
        assertThat(reading).isInstanceOf(Current.class);
        return ((Current) reading).token();
    }
}
