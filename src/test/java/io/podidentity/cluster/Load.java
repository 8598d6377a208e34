package io.podidentity.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.harness.Lines;
import io.podidentity.harness.Processes;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** A pod that asks for credentials twenty times a second until told to stop. */
final class Load implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int RATE = 20;

    /** Longer than what is done meanwhile may take. */
    private static final int SECONDS = 300;

    private final Process process;
    private final Lines lines;

    private Load(Process process) {
        this.process = process;
        this.lines = new Lines(process.getInputStream());
    }

    /** Starts, and waits for the first answer, which must be credentials. */
    static Load start(ClusterNode node, Pod pod, String host) throws IOException {
        Load load =
                new Load(
                        Processes.start(
                                new ProcessBuilder(node.command(pod.load(host, RATE, SECONDS)))
                                        .redirectError(ProcessBuilder.Redirect.DISCARD)));
        String first = load.line();
        if (!first.strip().equals("asking")) {
            load.close();
            throw new AssertionError(first);
        }
        return load;
    }

    /** Stops, and tells what became of the requests. */
    Outcome stop() throws IOException {
        process.getOutputStream().close();
        return JSON.readValue(line(), Outcome.class);
    }

    private String line() {
        return lines.next(PATIENCE).orElseThrow(() -> new AssertionError("the load says nothing"));
    }

    @Override
    public void close() {
        Processes.kill(process);
    }

    /**
     * What became of the requests.
     *
     * @param gap the longest time in seconds without an answer
     * @param failures how often which
     */
    record Outcome(int requests, int failed, double gap, Map<String, Integer> failures) {}
}
