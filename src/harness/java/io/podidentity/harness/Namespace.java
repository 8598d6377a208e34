package io.podidentity.harness;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A network namespace of the test's own, gone when closed. */
public final class Namespace implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name =
            "pia-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();

    private Namespace() {}

    /** Skips the test, and says why, where namespaces cannot be made. */
    public static Namespace create() {
        assumeTrue(Shell.has("ip"), "needs ip (iproute2)");
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        Namespace namespace = new Namespace();
        Shell.Result made = Shell.run(List.of("ip", "netns", "add", namespace.name));
        assumeTrue(made.exit() == 0, "needs network namespaces: " + made.output());
        namespace.ip("link set lo up");
        return namespace;
    }

    public String name() {
        return name;
    }

    /** Runs {@code ip} in here; it must succeed. */
    public String ip(String arguments) {
        return Shell.succeed(words("ip -n " + name + " " + arguments));
    }

    /** What {@code ip -json} lists in here. */
    public JsonNode list(String arguments) {
        String output = ip("-details -json " + arguments);
        try {
            return JSON.readTree(output.isBlank() ? "[]" : output);
        } catch (JsonProcessingException e) {
            throw new AssertionError(output, e);
        }
    }

    /** All that a change to the node would show in, without what moves by itself. */
    public String everything() {
        StringBuilder all = new StringBuilder();
        for (JsonNode link : list("address show")) {
            all.append(link.get("ifname")).append(link.get("ifalias"));
            all.append(link.get("flags").toString().contains("\"UP\""));
            for (JsonNode address : link.get("addr_info")) {
                if (!address.get("scope").asText().equals("link")) {
                    all.append(address.get("local")).append(address.get("prefixlen"));
                }
            }
            all.append('\n');
        }
        return all + routes();
    }

    /** All but those that the kernel gives every link that has IPv6, some time after it came up. */
    public String routes() {
        return (ip("route show table all") + ip("-6 route show table all"))
                // A bridge without ports loses its carrier a moment after it came up.
                .replace(" linkdown", "")
                .lines()
                .filter(route -> !route.matches("((local|anycast|multicast) )?(fe80:|ff00:).*"))
                .collect(joining("\n"));
    }

    public Shell.Result run(String... command) {
        return Shell.run(command(command));
    }

    /** The command line that runs a command in here. */
    public List<String> command(String... command) {
        List<String> whole = new ArrayList<>(words("ip netns exec " + name));
        whole.addAll(List.of(command));
        return whole;
    }

    /** Runs the packaged agent in here. */
    public Shell.Result agent(String... arguments) {
        return run(
                Stream.concat(PackagedAgent.program().stream(), Stream.of(arguments))
                        .toArray(String[]::new));
    }

    private static List<String> words(String text) {
        return List.of(text.split(" "));
    }

    @Override
    public void close() {
        Shell.succeed(words("ip netns del " + name));
    }
}
