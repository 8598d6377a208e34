package io.podidentity.bench;

import io.podidentity.agent.node.LinkReport;
import io.podidentity.agent.node.LinkSetup;
import io.podidentity.config.LinkKind;
import io.podidentity.harness.Shell;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How long {@code initialize} takes on a node where all is in place, against a JVM that does
 * nothing, in turn; and what the launcher, picocli and the JVM's settings have in it. Needs root
 * and ip.
 */
@SuppressWarnings("SystemOut") // It is there to print.
public final class InitializeStart {

    private static final int ROUNDS = 15;
    private static final String JAVA = Shell.jdk("java");
    private static final List<String> TUNED =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    private static final List<String> NATIVE = List.of("--enable-native-access=ALL-UNNAMED");
    private static final List<String> AGENT = List.of("-jar", "target/quarkus-app/quarkus-run.jar");
    private static final List<String> CLASS_PATH =
            List.of("-cp", System.getProperty("java.class.path"));
    private static final List<String> DRY_RUN = List.of("initialize", "--dry-run");

    private InitializeStart() {}

    /** Prints the least and the middle of the times of each variant. */
    public static void main(String[] arguments) throws Exception {
        String namespace = "pia-bench-" + ProcessHandle.current().pid();
        List<String> inside = List.of("ip", "netns", "exec", namespace);
        time(List.of("ip", "netns", "add", namespace));
        try {
            time(join(inside, List.of(JAVA), AGENT, List.of("initialize")));
            measure(inside);
        } finally {
            time(List.of("ip", "netns", "del", namespace));
        }
    }

    private static void measure(List<String> inside) throws Exception {
        List<String> main = List.of("io.podidentity.cli.Main");
        List<String> bare = List.of(WithoutPicocli.class.getName());
        Map<String, List<String>> variants = new LinkedHashMap<>();
        variants.put("java -version", List.of("-version"));
        variants.put("java -version, tuned", join(TUNED, List.of("-version")));
        variants.put("packaged", join(AGENT, DRY_RUN));
        variants.put("packaged, tuned", join(TUNED, AGENT, DRY_RUN));
        variants.put("class path, tuned", join(TUNED, NATIVE, CLASS_PATH, main, DRY_RUN));
        variants.put("class path, tuned, no picocli", join(TUNED, NATIVE, CLASS_PATH, bare));
        Map<String, List<Duration>> times = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (var variant : variants.entrySet()) {
                times.computeIfAbsent(variant.getKey(), _ -> new ArrayList<>())
                        .add(time(join(inside, List.of(JAVA), variant.getValue())));
            }
        }
        System.out.printf("%-32s %8s %8s%n", "ms of " + ROUNDS, "least", "middle");
        times.forEach(InitializeStart::print);
    }

    private static void print(String variant, List<Duration> times) {
        List<Long> sorted = times.stream().map(Duration::toMillis).sorted().toList();
        System.out.printf(
                "%-32s %8d %8d%n", variant, sorted.getFirst(), sorted.get(sorted.size() / 2));
    }

    private static Duration time(List<String> command) {
        long start = System.nanoTime();
        Shell.succeed(command);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static List<String> join(List<String>... parts) {
        return Stream.of(parts).flatMap(List::stream).toList();
    }

    /** The same work with no command line to parse. */
    static final class WithoutPicocli {

        private WithoutPicocli() {}

        public static void main(String[] arguments) {
            LinkReport report = LinkSetup.onThisNode(LinkKind.AUTO).previewApply();
            System.out.println(report);
        }
    }
}
