package io.podidentity.cli;

import io.podidentity.doctor.Check;
import io.podidentity.doctor.NodeChecks;
import io.podidentity.doctor.PodChecks;
import io.podidentity.doctor.PodSurroundings;
import io.podidentity.doctor.Report;
import io.podidentity.guard.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code doctor}: says why pods of this node have no credentials; changes nothing. */
@Command(
        name = "doctor",
        description =
                "Looks at the node as the agent would, and says what is wrong. Takes the flags of"
                        + " server; without any, those of the agent in whose container it runs.",
        subcommands = DoctorCommand.Pod.class)
final class DoctorCommand implements Callable<Integer> {

    /** How findings are printed. */
    enum Output {
        text,
        json
    }

    @Option(
            names = "--output",
            scope = ScopeType.INHERIT,
            paramLabel = "text|json",
            defaultValue = "text",
            description = "A line for each check, or an array of objects. Default: text.")
    Output output = Output.text;

    @Spec @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        return print(NodeChecks.of(Flags.properties(spec), System.getenv(), Clock.systemUTC()));
    }

    @SuppressWarnings("SystemOut") // The command's whole purpose.
    private int print(List<Check> checks) {
        Report report = Report.of(checks, Report.PATIENCE);
        String text = output == Output.json ? report.json() : report.text();
        System.out.print(Secrets.mask(text));
        return report.healthy() ? 0 : 1;
    }

    /**
     * Arguments with the flags of the agent that is the container's first process, if none are
     * given: {@code kubectl exec} passes on the container's variables, but not its arguments.
     */
    static String[] completed(String[] arguments, Path commandLineOfAgent) {
        List<String> given = List.of(arguments);
        Set<String> ownFlags =
                Set.of("doctor", "--output", "json", "text", "--output=json", "--output=text");
        if (given.isEmpty() || !given.getFirst().equals("doctor") || !ownFlags.containsAll(given)) {
            return arguments;
        }
        try {
            List<String> agent =
                    List.of(
                            Files.readString(commandLineOfAgent)
                                    .replaceFirst("\0$", "")
                                    .split("\0", -1));
            int server = agent.indexOf("server");
            boolean ours =
                    server > 0
                            && agent.subList(0, server).stream()
                                    .anyMatch(
                                            each ->
                                                    each.matches(
                                                            ".*(quarkus-run\\.jar|pod-identity-agent)"));
            if (!ours) {
                return arguments;
            }
            List<String> all = new ArrayList<>(given);
            all.addAll(agent.subList(server + 1, agent.size()));
            return all.toArray(String[]::new);
        } catch (IOException e) {
            return arguments;
        }
    }

    /** {@code doctor pod}: the same for a pod. */
    @Command(
            name = "pod",
            description = "Looks at what SDKs in this pod would do, and says what is wrong.")
    static final class Pod implements Callable<Integer> {

        @Option(names = "--sts", description = "Fails, too, where STS cannot be asked.")
        private boolean sts;

        @Option(
                names = "--process",
                paramLabel = "PID",
                description =
                        "Takes environment and files of this process, such as 1 in an ephemeral"
                                + " container. Default: its own.")
        private long process;

        @ParentCommand private @Nullable DoctorCommand doctor;

        @Override
        public Integer call() {
            DoctorCommand parent = doctor == null ? new DoctorCommand() : doctor;
            try {
                PodSurroundings pod =
                        process == 0 ? PodSurroundings.own() : PodSurroundings.of(process);
                return parent.print(PodChecks.of(pod, Clock.systemUTC(), sts));
            } catch (IOException e) {
                System.err.printf(
                        "pod-identity-agent: --process: that of %d cannot be read (%s); be its user"
                                + " or root, and share its process namespace%n",
                        process, e.getClass().getSimpleName());
                return Main.USAGE;
            }
        }
    }
}
