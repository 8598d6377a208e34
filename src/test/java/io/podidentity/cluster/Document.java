package io.podidentity.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** One of the documents, as one who types what it says. */
enum Document {
    README("README.md"),
    OPERATING("src/docs/operating.md"),
    AUTH("src/docs/auth.md");

    private static final Pattern SHELL = Pattern.compile("(?s)```shell\n(.*?)```");

    private final Path file;

    Document(String file) {
        this.file = Path.of(file);
    }

    String text() throws IOException {
        return Files.readString(file);
    }

    /** The commands that begin so. */
    String command(String start) throws IOException {
        return SHELL.matcher(text())
                .results()
                .map(found -> found.group(1))
                .filter(each -> each.startsWith(start))
                .findFirst()
                .orElseThrow();
    }
}
