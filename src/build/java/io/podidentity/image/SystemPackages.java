package io.podidentity.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.podidentity.harness.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The shared libraries that a Java runtime needs from the system, as packages of the Debian, or one
 * like it, that the image is made on. They are entered in the package database's folder {@code
 * status.d}, as the distroless images do, so that scanners know them.
 */
final class SystemPackages {

    /** {@code libc.so.6 => /lib/…/libc.so.6 (0x…)}, and the loader, which has no arrow. */
    private static final Pattern LIBRARY =
            Pattern.compile("^\\s*(?:\\S+ => )?(/\\S+) \\(0x", Pattern.MULTILINE);

    /** Libraries and their loader, licences, and which distribution it is; no program, no data. */
    private static final Pattern WANTED =
            Pattern.compile(
                    "((usr/)?lib/[^/]+-linux-gnu/[^/]+\\.so[^/]*|(usr/)?lib(64)?/ld-linux[^/]*"
                            + "|usr/share/doc/[^/]+/copyright|usr/share/common-licenses/[^/]+"
                            + "|(etc|usr/lib)/os-release|etc/debian_version)");

    private static final Duration DOWNLOAD = Duration.ofMinutes(5);

    private final Path work;
    private final Path root;

    private SystemPackages(Path work, Path root) {
        this.work = work;
        this.root = root;
    }

    /**
     * Adds the packages that a runtime needs to a tree.
     *
     * @param work an empty folder
     * @return what was added
     */
    static List<SystemPackage> install(Path runtime, Path root, Path work) throws IOException {
        if (!Shell.has("apt-get") || !Shell.has("dpkg-deb")) {
            throw new IllegalStateException(
                    "the image's C library comes as a package: make the image on Debian or Ubuntu,"
                            + " or in a container of it, where apt-get and dpkg-deb are");
        }
        SystemPackages packages = new SystemPackages(work, root);
        // The distribution's name and the texts of licences.
        Set<String> names = new TreeSet<>(Set.of("base-files"));
        for (Path library : needed(runtime)) {
            names.add(owner(library));
        }
        packages.download(names);
        List<SystemPackage> added = new ArrayList<>();
        for (Path file : packages.downloaded()) {
            added.add(packages.unpack(file));
        }
        packages.check(runtime);
        return added;
    }

    private static Set<Path> needed(Path runtime) throws IOException {
        Set<Path> libraries = new TreeSet<>();
        for (Path binary : binaries(runtime)) {
            Matcher found = LIBRARY.matcher(Shell.succeed(List.of("ldd", binary.toString())));
            while (found.find()) {
                Path library = Path.of(found.group(1));
                if (!library.startsWith(runtime.toAbsolutePath())) {
                    libraries.add(library);
                }
            }
        }
        if (libraries.isEmpty()) {
            throw new IllegalStateException("ldd names no library that " + runtime + " needs");
        }
        return libraries;
    }

    private static List<Path> binaries(Path runtime) throws IOException {
        List<Path> binaries = new ArrayList<>();
        binaries.add(runtime.resolve("bin/java").toAbsolutePath());
        try (Stream<Path> files = Files.walk(runtime.resolve("lib"))) {
            files.filter(file -> file.toString().endsWith(".so"))
                    .map(Path::toAbsolutePath)
                    .forEach(binaries::add);
        }
        return binaries;
    }

    /**
     * The database knows a file by the one path that its package gave, of several that lead there.
     */
    private static String owner(Path library) throws IOException {
        Path real = library.toRealPath();
        for (Path path : List.of(library, real, Path.of("/usr" + library), unmerged(real))) {
            Shell.Result found = Shell.run(List.of("dpkg-query", "--search", path.toString()));
            if (found.exit() == 0) {
                return found.output().split("[:,]", 2)[0];
            }
        }
        throw new IllegalStateException(library + " belongs to no package of this system");
    }

    private static Path unmerged(Path path) {
        Path usr = Path.of("/usr");
        return path.startsWith(usr) ? Path.of("/").resolve(usr.relativize(path)) : path;
    }

    private void download(Set<String> names) {
        List<String> line =
                new ArrayList<>(
                        List.of("apt-get", "download", "-q", "-o", "APT::Sandbox::User=root"));
        line.addAll(names);
        Shell.Result result =
                Shell.run(new ProcessBuilder(line).directory(work.toFile()), DOWNLOAD);
        if (result.exit() != 0) {
            throw new IllegalStateException(
                    "the image's C library cannot be downloaded; is `apt-get update` due? "
                            + result.output());
        }
    }

    private List<Path> downloaded() throws IOException {
        try (Stream<Path> files = Files.list(work)) {
            return files.filter(file -> file.toString().endsWith(".deb")).sorted().toList();
        }
    }

    private SystemPackage unpack(Path file) throws IOException {
        Path unpacked = Files.createDirectory(Path.of(file + ".d"));
        Shell.succeed(List.of("dpkg-deb", "--extract", file.toString(), unpacked.toString()));
        String control = Shell.succeed(List.of("dpkg-deb", "--field", file.toString()));
        SystemPackage added = SystemPackage.of(control, release());
        StringBuilder sums = new StringBuilder();
        for (Path each : files(unpacked)) {
            Path place = place(unpacked.relativize(each));
            Path target = root.resolve(place.toString());
            Files.createDirectories(target.getParent());
            // Links become files: a layer cannot hold one to a folder.
            Files.copy(resolved(each, unpacked), target, StandardCopyOption.REPLACE_EXISTING);
            sums.append(md5(target)).append("  ").append(place).append('\n');
        }
        Path database = Files.createDirectories(root.resolve("var/lib/dpkg/status.d"));
        Files.writeString(database.resolve(added.name()), control, UTF_8);
        Files.writeString(database.resolve(added.name() + ".md5sums"), sums, UTF_8);
        return added;
    }

    private static List<Path> files(Path unpacked) throws IOException {
        try (Stream<Path> files = Files.walk(unpacked)) {
            return files.filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
                    .filter(file -> WANTED.matcher(unpacked.relativize(file).toString()).matches())
                    .sorted()
                    .toList();
        }
    }

    /** Programs name the loader in {@code /lib64}, which the image does not merge into /usr. */
    private static Path place(Path path) {
        return path.startsWith("usr/lib64") || path.toString().startsWith("usr/lib/ld-linux")
                ? Path.of("usr").relativize(path)
                : path;
    }

    /** Where a link leads, were the package at the root of a system whose /lib is /usr/lib. */
    private static Path resolved(Path file, Path unpacked) throws IOException {
        Path at = file;
        while (Files.isSymbolicLink(at)) {
            Path link = Files.readSymbolicLink(at);
            Path to = link.isAbsolute() ? inside(unpacked, link) : at.resolveSibling(link);
            to = to.normalize();
            at =
                    Files.exists(to, LinkOption.NOFOLLOW_LINKS)
                            ? to
                            : unpacked.resolve("usr").resolve(unpacked.relativize(to));
        }
        return at;
    }

    private static Path inside(Path unpacked, Path absolute) {
        return unpacked.resolve(Path.of("/").relativize(absolute));
    }

    /** Loads the runtime with these libraries alone: the JDK may ask for a newer C library. */
    private void check(Path runtime) throws IOException {
        Path loader;
        List<String> folders;
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> libraries =
                    files.filter(Files::isRegularFile)
                            .filter(file -> !file.startsWith(runtime))
                            .filter(file -> file.getFileName().toString().contains(".so"))
                            .toList();
            folders =
                    libraries.stream().map(file -> file.getParent().toString()).distinct().toList();
            loader =
                    libraries.stream()
                            .filter(file -> file.getFileName().toString().startsWith("ld-linux"))
                            .findFirst()
                            .orElseThrow(() -> new IllegalStateException("there is no loader"));
        }
        Shell.Result result =
                Shell.run(
                        List.of(
                                loader.toString(),
                                "--inhibit-cache",
                                "--library-path",
                                String.join(":", folders),
                                runtime.resolve("bin/java").toString(),
                                "--version"));
        if (result.exit() != 0) {
            throw new IllegalStateException(
                    "this system's C library does not suit the JDK: " + result.output());
        }
    }

    private static String release() throws IOException {
        Optional<String> id =
                Files.readAllLines(Path.of("/etc/os-release"), UTF_8).stream()
                        .filter(line -> line.startsWith("ID="))
                        .map(line -> line.substring("ID=".length()).replace("\"", ""))
                        .findFirst();
        return id.orElse("debian");
    }

    private static String md5(Path file) throws IOException {
        try {
            byte[] sum = MessageDigest.getInstance("MD5").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
