package io.podidentity.auth.associations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** A file that is replaced atomically and durably, by one writer at a time across processes. */
final class DurableFile {

    // One per process: a file lock excludes other processes only, and fails within one.
    private static final ReentrantLock OWN = new ReentrantLock();

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;
    private final Path folder;

    DurableFile(Path file) {
        this.file = file.toAbsolutePath();
        this.folder = Objects.requireNonNull(this.file.getParent());
    }

    /**
     * Runs a task while holding the lock.
     *
     * @throws NotStorableException where the file or its folder cannot be written to
     */
    <T> T exclusively(Task<T> task) throws IOException {
        OWN.lock();
        // A separate file, because the file itself is replaced.
        try (FileChannel lock =
                        FileChannel.open(
                                beside(".lock"),
                                Set.of(CREATE, WRITE, NOFOLLOW_LINKS),
                                OWNER_ONLY);
                var _ = lock.lock()) {
            return task.run();
        } catch (FileSystemException e) {
            throw isWritable() ? e : readOnly(e);
        } finally {
            OWN.unlock();
        }
    }

    /** Replaces the content; returns when it has reached the disk. */
    void write(String content) throws IOException {
        Path half = beside(".new");
        // Left by a killed process, or planted to read the content.
        Files.deleteIfExists(half);
        try (FileChannel out = FileChannel.open(half, Set.of(CREATE_NEW, WRITE), OWNER_ONLY)) {
            if (Files.exists(file)) {
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
                Files.setPosixFilePermissions(half, permissions);
            }
            ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel names = FileChannel.open(folder, READ)) {
            names.force(true);
        }
    }

    private NotStorableException readOnly(FileSystemException cause) {
        return new NotStorableException(
                EksError.INVALID_REQUEST,
                file
                        + " is read-only for this service; change the associations where it comes from",
                cause);
    }

    private boolean isWritable() {
        return Files.isWritable(folder) && (Files.notExists(file) || Files.isWritable(file));
    }

    private Path beside(String ending) {
        return folder.resolve("." + file.getFileName() + ending);
    }

    interface Task<T> {
        T run() throws IOException;
    }
}
