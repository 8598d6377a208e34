package io.podidentity.cli;

import io.podidentity.agent.node.Change;
import io.podidentity.agent.node.LinkReport;
import io.podidentity.agent.node.LinkSetup;
import io.podidentity.config.LinkKind;
import io.podidentity.config.WellKnown;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code initialize}: prepares the host's network and exits. */
@Command(
        name = "initialize",
        description = "Prepares the host's network, so that pods reach the agent, and exits.")
public final class InitializeCommand implements Callable<Integer> {

    private static final int OK = 0;
    private static final int FAILED = 1;

    @Option(
            names = "--link-kind",
            defaultValue = "auto",
            description =
                    "Kind of the link to create: ${COMPLETION-CANDIDATES} (default: auto, which"
                            + " takes dummy where the kernel has it)")
    private LinkKind kind = LinkKind.AUTO;

    @Option(names = "--dry-run", description = "Say what would change, and change nothing.")
    private boolean dryRun;

    @Option(names = "--undo", description = "Remove what initialize made, and only that.")
    private boolean undo;

    private final LineLog log;

    public InitializeCommand() {
        this(LineLog.json(System.out));
    }

    InitializeCommand(LineLog log) {
        this.log = log;
    }

    @Override
    public Integer call() {
        return report(run(LinkSetup.onThisNode(kind)));
    }

    private LinkReport run(LinkSetup setup) {
        if (undo) {
            return dryRun ? setup.previewUndo() : setup.undo();
        }
        return dryRun ? setup.previewApply() : setup.apply();
    }

    int report(LinkReport report) {
        report.notices().forEach(log::warn);
        Function<Change, String> words =
                dryRun ? change -> "would " + change.planned() : Change::done;
        report.changes().stream().map(words).forEach(log::info);
        return switch (report) {
            case LinkReport.Ready ready -> {
                log.info(summary(ready));
                yield OK;
            }
            case LinkReport.Failed(_, _, String problem, String remedy) -> {
                log.error(problem + "; " + remedy);
                yield FAILED;
            }
        };
    }

    private String summary(LinkReport.Ready report) {
        if (report.changes().isEmpty()) {
            return undo
                    ? "nothing to remove"
                    : WellKnown.LINK_NAME + " is ready: nothing had to change";
        }
        if (dryRun) {
            return "dry run: nothing was changed";
        }
        return undo ? "what initialize had made is gone" : WellKnown.LINK_NAME + " is ready";
    }
}
