package io.podidentity.harness;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * The processes that tests start: none outlives this JVM, however that ends, and none the test
 * class that started it ({@link NoProcessLeft}).
 */
public final class Processes {

    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    /** The kernel ends a process with the thread that started it: this one stays. */
    private static final ExecutorService STARTER =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("starts-processes").factory());

    private static final Optional<Path> SETPRIV =
            Stream.of("/usr/bin/setpriv", "/bin/setpriv")
                    .map(Path::of)
                    .filter(Files::isExecutable)
                    .findFirst();

    private static final int KILLED_WITHIN_SECONDS = 20;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Processes::endAll));
    }

    private Processes() {}

    /** Starts a process. */
    public static Process start(ProcessBuilder builder) throws IOException {
        // A JVM that is killed runs no hooks.
        SETPRIV.ifPresent(
                setpriv -> {
                    List<String> line =
                            new ArrayList<>(List.of(setpriv.toString(), "--pdeathsig", "KILL"));
                    line.addAll(builder.command());
                    builder.command(line);
                });
        try {
            Process process = STARTER.submit(builder::start).get();
            RUNNING.add(process);
            var _ = process.onExit().thenAccept(RUNNING::remove);
            return process;
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Ends one, and those that it has started, in whatever state they are. */
    public static void kill(Process process) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        try {
            if (!process.waitFor(KILLED_WITHIN_SECONDS, SECONDS)) {
                throw new IllegalStateException("cannot be killed: " + process.info());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends those that still run, and tells which they were. */
    static List<String> endAll() {
        List<Process> left = RUNNING.stream().filter(Process::isAlive).toList();
        List<String> told = left.stream().map(each -> each.info().toString()).toList();
        left.forEach(Processes::kill);
        return told;
    }
}
