package io.podidentity.agent.state;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.podidentity.token.ProcessUser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The folder of records, which only this process' user may enter, and which other agents may use at
 * the same time. A file's modification time says when its credentials expire. Each call opens the
 * folder anew, since somebody may have put another in its place. All of them block.
 */
final class EntryFolder {

    private static final Path NAME = Path.of("entries");
    private static final Pattern RECORD = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern HALF = Pattern.compile("\\.[0-9a-f]{64}\\.[0-9a-f-]{36}");
    private static final Set<PosixFilePermission> OURS =
            PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path state;

    EntryFolder(Path state) {
        this.state = state;
    }

    /**
     * Replaces a record, atomically. Nothing is forced to a disk: a crash of the machine may lose
     * records, and leaves none that is believed and wrong.
     */
    void write(String name, byte[] record, Instant expiry) throws IOException {
        try {
            in(folder -> replace(folder, name, record, expiry));
        } catch (NoSuchFileException e) {
            make();
            in(folder -> replace(folder, name, record, expiry));
        }
    }

    /** The bytes of a record, cut off where it is too long to be one; null if there is none. */
    byte @Nullable [] read(String name) throws IOException {
        try {
            return in(folder -> read(folder, Path.of(name)));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    void delete(String name) throws IOException {
        try {
            in(
                    folder -> {
                        folder.deleteFile(Path.of(name));
                        return name;
                    });
        } catch (NoSuchFileException e) {
            // Another has.
        }
    }

    /**
     * All records, and what killed processes left half-written; empty if there is no folder.
     *
     * @param between runs before each of them, as there may be many
     */
    Optional<List<Kept>> list(Runnable between) throws IOException {
        try {
            return Optional.of(in(folder -> list(folder, between)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static List<Kept> list(SecureDirectoryStream<Path> folder, Runnable between)
            throws IOException {
        List<Kept> all = new ArrayList<>();
        for (Path each : folder) {
            between.run();
            String name = each.getFileName().toString();
            boolean half = HALF.matcher(name).matches();
            if (half || RECORD.matcher(name).matches()) {
                try {
                    Instant time = attributes(folder, Path.of(name)).lastModifiedTime().toInstant();
                    all.add(new Kept(name, time, half));
                } catch (NoSuchFileException e) {
                    // Another has deleted or finished it.
                }
            }
        }
        return all;
    }

    private static byte[] read(SecureDirectoryStream<Path> folder, Path name) throws IOException {
        // Opening a pipe would wait for whoever writes into it.
        if (!attributes(folder, name).isRegularFile()) {
            return new byte[0];
        }
        try (SeekableByteChannel in = folder.newByteChannel(name, Set.of(READ, NOFOLLOW_LINKS))) {
            ByteBuffer record =
                    ByteBuffer.allocate((int) Math.min(in.size(), SealedRecord.LONGEST));
            while (record.hasRemaining() && in.read(record) >= 0) {}
            return record.array();
        }
    }

    private static String replace(
            SecureDirectoryStream<Path> folder, String name, byte[] record, Instant expiry)
            throws IOException {
        Path half = Path.of("." + name + "." + UUID.randomUUID());
        try (SeekableByteChannel out =
                folder.newByteChannel(half, Set.of(CREATE_NEW, WRITE), OWNER_ONLY)) {
            for (ByteBuffer bytes = ByteBuffer.wrap(record); bytes.hasRemaining(); ) {
                out.write(bytes);
            }
        } catch (IOException e) {
            deleteIfExists(folder, half);
            throw e;
        }
        try {
            view(folder, half).setTimes(FileTime.from(expiry), null, null);
            folder.move(half, folder, Path.of(name));
        } catch (IOException e) {
            deleteIfExists(folder, half);
            throw e;
        }
        return name;
    }

    private static void deleteIfExists(SecureDirectoryStream<Path> folder, Path name)
            throws IOException {
        try {
            folder.deleteFile(name);
        } catch (NoSuchFileException e) {
            // It never came to be.
        }
    }

    private static BasicFileAttributes attributes(SecureDirectoryStream<Path> folder, Path name)
            throws IOException {
        return view(folder, name).readAttributes();
    }

    private static BasicFileAttributeView view(SecureDirectoryStream<Path> folder, Path name) {
        return folder.getFileAttributeView(name, BasicFileAttributeView.class, NOFOLLOW_LINKS);
    }

    private <T> T in(Task<T> task) throws IOException {
        try (DirectoryStream<Path> opened = Files.newDirectoryStream(state)) {
            if (!(opened instanceof SecureDirectoryStream<Path> above)) {
                throw new FileSystemException(null, null, "this system cannot tell whose it is");
            }
            try (SecureDirectoryStream<Path> folder =
                    above.newDirectoryStream(NAME, NOFOLLOW_LINKS)) {
                check(folder);
                return task.run(folder);
            }
        }
    }

    private void check(SecureDirectoryStream<Path> folder) throws IOException {
        PosixFileAttributes found =
                folder.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
        if (!found.permissions().equals(OURS) || !found.owner().equals(ProcessUser.get())) {
            throw new FileSystemException(null, null, "others than the agent's user may use it");
        }
    }

    private void make() throws IOException {
        Files.createDirectories(state);
        try {
            Files.createDirectory(state.resolve(NAME), PosixFilePermissions.asFileAttribute(OURS));
        } catch (FileAlreadyExistsException e) {
            // It is checked on each use.
        }
    }

    /**
     * A file of ours.
     *
     * @param expiry when its credentials expire; of one that is half-written, at the latest
     */
    record Kept(String name, Instant expiry, boolean half) {}

    private interface Task<T> {
        T run(SecureDirectoryStream<Path> folder) throws IOException;
    }
}
