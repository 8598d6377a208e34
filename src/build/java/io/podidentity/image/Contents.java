package io.podidentity.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Says what is in the image and how big it is. */
@SuppressWarnings("SystemOut") // It is there to print.
final class Contents {

    private Contents() {}

    static void print(Path root, Path tar) throws IOException {
        Path home = ImageTree.home(root);
        System.out.printf(
                "%-28s %7.1f MB%n", "system libraries", megabytes(root) - megabytes(home));
        for (String part : new String[] {"jre", "app/lib", "agent.aot", "auth-lib"}) {
            if (Files.notExists(home.resolve(part))) {
                continue;
            }
            System.out.printf("%-28s %7.1f MB%n", part, megabytes(home.resolve(part)));
        }
        System.out.printf("%-28s %7.1f MB%n", "all files", megabytes(root));
        System.out.printf("%-28s %7.1f MB%n", tar.getFileName(), megabytes(tar));
    }

    private static double megabytes(Path path) throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            return files.filter(Files::isRegularFile).mapToLong(Contents::size).sum() / 1e6;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
