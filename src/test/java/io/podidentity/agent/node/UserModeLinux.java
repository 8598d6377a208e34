package io.podidentity.agent.node;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A kernel of the test's own, as a process: Debian's user-mode-linux on this machine's files. It
 * has the dummy link that the machine's kernel may lack, and no IPv6 until that is inserted.
 */
final class UserModeLinux {

    private static final Pattern STEP =
            Pattern.compile("@@ step\\R(.*?)@@ exit (\\d+)\\R", Pattern.DOTALL);

    private final Path directory;
    private final List<String> steps = new ArrayList<>();

    UserModeLinux(Path directory) {
        this.directory = directory;
    }

    /** Inserts a module of the kernel. */
    UserModeLinux insert(String module) {
        return step("insmod /usr/lib/uml/modules/$(uname -r)/kernel/" + module);
    }

    /** Runs a line of shell. */
    UserModeLinux step(String line) {
        steps.add(line);
        return this;
    }

    /** Runs the packaged agent. */
    UserModeLinux agent(String arguments) {
        return step(agentCommand() + " " + arguments);
    }

    static String agentCommand() {
        // The machine's files are read-only here.
        return PackagedAgent.program().stream()
                .collect(joining(" "))
                .replace("/java ", "/java -XX:-UsePerfData -Djava.io.tmpdir=/run ");
    }

    /** Boots, takes all steps and powers off; answers what came of each step. */
    List<Shell.Result> boot() {
        assumeTrue(Shell.has("linux.uml"), "needs linux.uml (user-mode-linux)");
        assumeTrue(Shell.has("insmod"), "needs insmod (kmod)");
        assumeTrue(Shell.has("cc"), "needs cc (gcc, libc6-dev)");
        String output = Shell.run(List.of("sh", "-c", bootCommand(script()))).output();
        List<Shell.Result> results = new ArrayList<>();
        Matcher step = STEP.matcher(output.replace("\r", ""));
        while (step.find()) {
            results.add(new Shell.Result(Integer.parseInt(step.group(2)), step.group(1)));
        }
        if (results.size() != steps.size()) {
            throw new AssertionError(results.size() + " steps of " + steps + ": " + output);
        }
        return results;
    }

    private String bootCommand(Path script) {
        Path shim = directory.resolve("uml-xstate.so");
        Shell.succeed(
                List.of(
                        "cc",
                        "-shared",
                        "-fPIC",
                        "-o",
                        shim.toString(),
                        "src/test/c/uml-xstate.c"));
        return "LD_PRELOAD="
                + shim
                + " exec linux.uml mem=1G root=/dev/root rootfstype=hostfs quiet con=null"
                + " con0=null,fd:1 init="
                + script;
    }

    private Path script() {
        String head =
                """
                #!/bin/bash
                export PATH=/usr/sbin:/usr/bin:/sbin:/bin
                mount -t proc proc /proc
                mount -t sysfs sys /sys
                mount -t tmpfs run /run
                ip link set lo up
                """;
        String tail =
                """
                echo o >/proc/sysrq-trigger
                while true; do sleep 1; done
                """;
        String body =
                steps.stream()
                        .map(line -> "echo '@@ step'\n" + line + " 2>&1\necho \"@@ exit $?\"\n")
                        .collect(joining());
        try {
            Path script = directory.resolve("init");
            Files.writeString(script, Stream.of(head, body, tail).collect(joining()));
            script.toFile().setExecutable(true);
            return script;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
