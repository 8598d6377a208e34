package io.podidentity.token;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.attribute.PosixFilePermission.GROUP_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;

/** A file that only its owner may read, and that is replaced atomically. */
public record OwnerOnlyFile(Path path) {

    /** Replaces the content; makes the folder where it is missing. */
    public void write(String content) throws IOException {
        Path folder = folder();
        makeOwn(folder);
        // Temporary files are private to their owner from the start.
        Path half = Files.createTempFile(folder, "." + path.getFileName(), ".tmp");
        try {
            Files.writeString(half, content);
            Files.move(
                    half,
                    path,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(half);
        }
    }

    /**
     * The content, if only this process' user and root can have written it.
     *
     * @throws IOException if it cannot be trusted; the message says why
     */
    public String read() throws IOException {
        UserPrincipal self = ProcessUser.get();
        // Held open, so that the file checked is the file read.
        try (DirectoryStream<Path> listed = Files.newDirectoryStream(folder())) {
            if (!(listed instanceof SecureDirectoryStream<Path> folder)) {
                throw new IOException("this system cannot tell whose it is");
            }
            checkFolder(
                    folder.getFileAttributeView(PosixFileAttributeView.class).readAttributes(),
                    self);
            Path name = path.getFileName();
            try (var file = folder.newByteChannel(name, Set.of(READ, NOFOLLOW_LINKS))) {
                checkFile(
                        folder.getFileAttributeView(
                                        name, PosixFileAttributeView.class, NOFOLLOW_LINKS)
                                .readAttributes(),
                        self);
                return BoundedText.read(Channels.newInputStream(file));
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            throw new NoSuchFileException(path.toString());
        }
    }

    private static void checkFolder(PosixFileAttributes folder, UserPrincipal self)
            throws IOException {
        if (!folder.owner().equals(self)
                || !Collections.disjoint(folder.permissions(), Set.of(GROUP_WRITE, OTHERS_WRITE))) {
            throw new IOException("others than its owner may write to its folder");
        }
    }

    private static void checkFile(PosixFileAttributes file, UserPrincipal self) throws IOException {
        if (!file.isRegularFile() || !file.owner().equals(self)) {
            throw new IOException("it is another user's");
        }
        if (!file.permissions().equals(PosixFilePermissions.fromString("rw-------"))) {
            throw new IOException("others than its owner may use it");
        }
    }

    private Path folder() {
        return Objects.requireNonNull(path.toAbsolutePath().getParent());
    }

    private static void makeOwn(Path folder) throws IOException {
        if (folder.getParent() != null) {
            Files.createDirectories(folder.getParent());
        }
        try {
            Files.createDirectory(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            // Its owner is checked on reading.
        }
    }
}
