package io.podidentity.doctor;

import io.podidentity.agent.node.Change;
import io.podidentity.agent.node.LinkReport;
import io.podidentity.agent.node.LinkSetup;
import io.podidentity.config.AgentConfig;
import io.podidentity.config.BindHost;
import io.podidentity.config.LinkKind;
import io.podidentity.config.WellKnown;
import io.podidentity.token.ClusterKeys;
import io.podidentity.token.KeyDocument;
import io.podidentity.token.KeySet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is looked at on a node. */
public final class NodeChecks {

    private static final Path IPV6_OFF = Path.of("/proc/sys/net/ipv6/conf/all/disable_ipv6");

    private final AgentConfig config;

    private NodeChecks(AgentConfig config) {
        this.config = config;
    }

    /**
     * All of them.
     *
     * @param flags as configuration properties, as {@code server} would start with
     * @param environment the process' own
     */
    public static List<Check> of(
            Map<String, String> flags, Map<String, String> environment, Clock clock) {
        NodeSettings settings = NodeSettings.read(flags, environment);
        AgentConfig config = settings.agent();
        NodeChecks node = new NodeChecks(config);
        AgentState agent =
                new AgentState(config.probePort(), config.metricsAddress(), config.metricsPort());
        List<Check> checks = new ArrayList<>();
        checks.add(
                new Check(
                        "link",
                        () ->
                                link(
                                        LinkSetup.onThisNode(LinkKind.parse(config.linkKind()))
                                                .previewApply(),
                                        hasIpv6())));
        for (BindHost host : config.bindHosts()) {
            String name = "listener " + host.inUrl() + ":" + config.port();
            checks.add(new Check(name, () -> node.listener(host)));
        }
        checks.addAll(new EksAuthChecks(settings, environment, clock).all());
        checks.add(new Check("cluster's keys", node::keys));
        checks.add(new Check("state folder", node::stateFolder));
        checks.add(new Check("running agent", agent::readiness));
        checks.add(new Check("its figures", agent::figures));
        return checks;
    }

    static Finding link(LinkReport report, boolean ipv6) {
        String notices = String.join("; ", report.notices());
        return switch (report) {
            case LinkReport.Failed(_, _, String problem, String remedy) ->
                    Finding.fail(problem, remedy);
            case LinkReport.Ready(List<Change> changes, _) -> {
                String missing =
                        changes.stream()
                                .filter(change -> ipv6 || !change.needsIpv6())
                                .map(Change::planned)
                                .collect(Collectors.joining(", "));
                if (!missing.isEmpty()) {
                    yield Finding.fail(
                            and("initialize would " + missing, notices),
                            "run initialize (the DaemonSet's init container), or server"
                                    + " --initialize; where it has run, find what takes it away");
                }
                yield Finding.ok(
                        and(
                                WellKnown.LINK_NAME
                                        + " has its addresses and routes"
                                        + (ipv6 ? "" : " of IPv4; this node has no IPv6"),
                                notices));
            }
        };
    }

    private static String and(String text, String more) {
        return more.isEmpty() ? text : text + "; " + more;
    }

    private static boolean hasIpv6() throws IOException {
        return Files.exists(IPV6_OFF) && Files.readString(IPV6_OFF).strip().equals("0");
    }

    private Finding listener(BindHost host) throws IOException {
        return new ListenerLook(host, config.port()).find(hasIpv6());
    }

    private Finding keys() throws IOException {
        Optional<KeyDocument> document = ClusterKeys.document(config);
        if (document.isEmpty()) {
            return Finding.skipped("there are none: EKS Auth is asked about each changed token");
        }
        try {
            int keys = KeySet.parse(document.get().fetch()).keys().size();
            return Finding.ok(keys + " at " + document.get().place());
        } catch (IOException e) {
            return Finding.fail(
                    document.get().place() + ": " + Report.text(e),
                    "mend --jwks-uri or --jwks-file, or the way to the API server; until then EKS"
                            + " Auth is asked about each changed token");
        }
    }

    /** Nothing is written: the kernel is asked whether it could be. */
    private Finding stateFolder() throws IOException {
        if (config.stateDir().isEmpty()) {
            return Finding.skipped("no --state-dir: a restart forgets pods' credentials");
        }
        Path folder = config.stateDir().get().toAbsolutePath();
        if (!Files.exists(folder)) {
            Path above =
                    Stream.iterate(folder, Path::getParent)
                            .filter(Files::exists)
                            .findFirst()
                            .orElse(folder);
            return Files.isWritable(above)
                    ? Finding.ok(folder + " is not there yet; the agent makes it")
                    : Finding.fail(
                            folder + " is not there and cannot be made",
                            "mount a volume there that the agent may write to");
        }
        PosixFileAttributes found = Files.readAttributes(folder, PosixFileAttributes.class);
        String seen =
                "%s, %s of %s"
                        .formatted(
                                folder,
                                PosixFilePermissions.toString(found.permissions()),
                                found.owner().getName());
        if (!found.isDirectory()) {
            return Finding.fail(seen + ", is no folder", "name a folder as --state-dir");
        }
        return Files.isWritable(folder) && Files.isExecutable(folder)
                ? Finding.ok(seen)
                : Finding.fail(
                        seen + ", cannot be written to",
                        "mount it writable, and let the agent's user own it; pods are served"
                                + " without it, but not across a restart");
    }
}
