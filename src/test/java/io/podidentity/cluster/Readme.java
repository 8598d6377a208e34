package io.podidentity.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The README, as one who types what it says. */
final class Readme {

    private static final Pattern SHELL = Pattern.compile("(?s)```shell\n(.*?)```");

    private Readme() {}

    /** The commands that begin so. */
    static String command(String start) throws IOException {
        return SHELL.matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(found -> found.group(1))
                .filter(each -> each.startsWith(start))
                .findFirst()
                .orElseThrow();
    }
}
