package io.podidentity.image;

import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;

/** A Java runtime with the modules that the agent uses, linked from the JDK that builds it. */
final class JavaRuntime {

    private static final List<String> MODULES =
            List.of(
                    "java.base",
                    "java.logging",
                    "java.management",
                    "java.naming",
                    "java.net.http",
                    "java.security.jgss",
                    "java.xml",
                    "jdk.management",
                    "jdk.net",
                    "jdk.unsupported");

    private JavaRuntime() {}

    static void link(Path to) {
        ToolProvider jlink =
                ToolProvider.findFirst("jlink")
                        .orElseThrow(() -> new IllegalStateException("this JDK has no jlink"));
        int code =
                jlink.run(
                        System.out,
                        System.err,
                        "--add-modules",
                        String.join(",", MODULES),
                        "--strip-debug",
                        "--no-header-files",
                        "--no-man-pages",
                        "--output",
                        to.toString());
        if (code != 0) {
            throw new IllegalStateException("jlink ended with " + code);
        }
    }
}
