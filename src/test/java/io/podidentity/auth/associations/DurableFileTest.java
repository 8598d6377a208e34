package io.podidentity.auth.associations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFileTest {

    /** At what is there for a moment each time. */
    private static final int LOOKS = 20;

    @TempDir Path folder;

    @Test
    void newFileIsItsOwnersAlone() throws IOException {
        new DurableFile(file()).write("content");

        assertThat(file()).hasContent("content");
        assertThat(mode(file())).isEqualTo("rw-------");
    }

    @Test
    void fileStaysAsReadableAsItIs() throws IOException {
        Files.writeString(file(), "old");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-rw-r--"));

        new DurableFile(file()).write("new");

        assertThat(file()).hasContent("new");
        assertThat(mode(file())).isEqualTo("rw-rw-r--");
    }

    @Test
    void whatWasLeftWhereItIsWrittenIsNotWrittenTo() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "untouched");
        Files.createSymbolicLink(folder.resolve(".associations.yaml.new"), victim);

        new DurableFile(file()).write("content");

        assertThat(victim).hasContent("untouched");
        assertThat(file()).isRegularFile().hasContent("content");
    }

    @Test
    void nobodyReadsAlongWhileItIsWritten() throws Exception {
        new DurableFile(file()).write("old");
        Path half = folder.resolve(".associations.yaml.new");
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        Thread looking =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (seen.size() < LOOKS) {
                                        look(half, seen);
                                    }
                                });

        while (looking.isAlive()) {
            new DurableFile(file()).write("a secret ".repeat(10_000));
        }

        assertThat(seen).containsOnly("rw-------");
    }

    @Test
    void lockIsNoLinkToSomewhereElse() throws IOException {
        Path elsewhere = folder.resolve("elsewhere");
        Files.createSymbolicLink(folder.resolve(".associations.yaml.lock"), elsewhere);

        assertThatThrownBy(() -> new DurableFile(file()).exclusively(() -> "done"))
                .isInstanceOf(IOException.class);
        assertThat(elsewhere).doesNotExist();
    }

    private Path file() {
        return folder.resolve("associations.yaml");
    }

    private static void look(Path half, Queue<String> seen) {
        try {
            seen.add(mode(half));
        } catch (IOException e) {
            // It is not there just now.
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
