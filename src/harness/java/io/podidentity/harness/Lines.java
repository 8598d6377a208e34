package io.podidentity.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The lines that a process writes, each as it comes. */
public final class Lines {

    private static final String END = new String("end");

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    public Lines(InputStream stream) {
        read(stream, lines::add, () -> lines.add(END));
    }

    /** Waits for the next line; there is none once the process has ended or the time is over. */
    @SuppressWarnings("ReferenceEquality") // A process may write any text.
    public Optional<String> next(Duration patience) {
        try {
            String line = lines.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
            if (line == END) {
                lines.add(END);
                return Optional.empty();
            }
            return Optional.ofNullable(line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads a pipe to its end on a thread of the platform: a virtual one would hold its carrier
     * meanwhile, and two cores have two.
     */
    static Thread read(InputStream stream, Consumer<String> line, Runnable end) {
        return Thread.ofPlatform()
                .daemon()
                .name("reads-a-process")
                .start(
                        () -> {
                            try (BufferedReader reader =
                                    new BufferedReader(new InputStreamReader(stream, UTF_8))) {
                                reader.lines().forEach(line);
                            } catch (IOException | UncheckedIOException e) {
                                // Closed with the process.
                            } finally {
                                end.run();
                            }
                        });
    }
}
