package io.podidentity.sdks;

import io.podidentity.harness.TestTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;

/** The token file of a pod, which kubelet exchanges as a whole. */
final class PodToken {

    private final Path file;
    private final String serviceAccount;
    private String content = "";

    /** A pod of its own for a service account. */
    PodToken(Path folder, String serviceAccount) throws IOException {
        this.file = Files.createDirectories(folder).resolve(serviceAccount + ".jwt");
        this.serviceAccount = serviceAccount;
        rotate();
    }

    Path file() {
        return file;
    }

    String content() {
        return content;
    }

    /** A new token of the same pod. */
    void rotate() throws IOException {
        write(token("shop", Instant.now().minus(Duration.ofMinutes(1))));
    }

    /** A token that kubelet should have exchanged long ago. */
    void expire() throws IOException {
        write(token("shop", Instant.now().minus(Duration.ofDays(2))));
    }

    /** A token whose service account has no association. */
    void disassociate() throws IOException {
        write(token("elsewhere", Instant.now().minus(Duration.ofMinutes(1))));
    }

    private String token(String namespace, Instant issued) {
        String pod = serviceAccount + "-0";
        return TestTokens.at(issued)
                .pod(namespace, serviceAccount, pod, "uid-of-" + pod)
                .claim("jti", "token-" + System.nanoTime())
                .sign();
    }

    private void write(String token) throws IOException {
        content = token;
        Path next = file.resolveSibling(file.getFileName() + ".next");
        // Without a line's end, as kubelet writes it.
        Files.writeString(next, token);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
