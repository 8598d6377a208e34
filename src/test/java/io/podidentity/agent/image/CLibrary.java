package io.podidentity.agent.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The shared libraries that a Java runtime needs from the system it was made on. */
final class CLibrary {

    /** {@code libc.so.6 => /lib/…/libc.so.6 (0x…)}, and the loader, which has no arrow. */
    private static final Pattern LIBRARY =
            Pattern.compile("^\\s*(?:\\S+ => )?(/\\S+) \\(0x", Pattern.MULTILINE);

    private CLibrary() {}

    static void copy(Path runtime, Path root) throws IOException, InterruptedException {
        for (Path library : needed(runtime)) {
            Path target = root.resolve(library.toString().substring(1));
            Files.createDirectories(target.getParent());
            Files.copy(library.toRealPath(), target);
        }
    }

    private static Set<Path> needed(Path runtime) throws IOException, InterruptedException {
        Matcher found = LIBRARY.matcher(ldd(runtime));
        Set<Path> libraries = new TreeSet<>();
        while (found.find()) {
            Path library = Path.of(found.group(1));
            if (!library.startsWith(runtime.toAbsolutePath())) {
                libraries.add(library);
            }
        }
        if (libraries.isEmpty()) {
            throw new IllegalStateException("ldd names no library that " + runtime + " needs");
        }
        return libraries;
    }

    private static String ldd(Path runtime) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ldd"));
        command.add(runtime.resolve("bin/java").toAbsolutePath().toString());
        try (Stream<Path> files = Files.walk(runtime.resolve("lib"))) {
            files.filter(file -> file.toString().endsWith(".so"))
                    .map(file -> file.toAbsolutePath().toString())
                    .sorted()
                    .forEach(command::add);
        }
        Process ldd = new ProcessBuilder(command).redirectErrorStream(true).start();
        String answer = new String(ldd.getInputStream().readAllBytes(), UTF_8);
        if (ldd.waitFor() != 0) {
            throw new IllegalStateException("ldd failed: " + answer);
        }
        return answer;
    }
}
