package io.podidentity.agent.sdks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.agent.harness.EksAuthPeer;
import io.podidentity.agent.harness.PackagedAgent;
import io.podidentity.agent.network.Namespace;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A node of its own, in a namespace, with the agent where pods look for it. */
final class RealAddresses {

    private static final URI IPV4 = URI.create("http://169.254.170.23/v1/credentials");
    private static final URI IPV6 = URI.create("http://[fd00:ec2::23]/v1/credentials");
    private static final Map<String, String> IPV6_MODE =
            Map.of("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE_MINUTES = 15;

    private final Path folder;
    private final StsPeer sts;

    private RealAddresses(Path folder, StsPeer sts) {
        this.folder = folder;
        this.sts = sts;
    }

    /** Tries families on such a node, from outside. */
    static Map<Family, Reached> reach(Set<Family> families, Path folder)
            throws IOException, InterruptedException {
        Path result = folder.resolve("reached.json");
        Path log = folder.resolve("reached.log");
        try (Namespace node = Namespace.create()) {
            List<String> command = new ArrayList<>();
            command.add(Namespace.java());
            command.add("-Dagent.jar=" + System.getProperty("agent.jar"));
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
            command.addAll(List.of(RealAddresses.class.getName(), folder.toString()));
            families.forEach(family -> command.add(family.name()));
            Process process =
                    new ProcessBuilder(node.command(command.toArray(String[]::new)))
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
            process.destroy();
            assertThat(ended && process.exitValue() == 0).as(Files.readString(log)).isTrue();
        }
        return JSON.readValue(result.toFile(), new TypeReference<Map<Family, Reached>>() {});
    }

    /** On the node: a folder for what is made and found, then the families. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        try (PackagedAgent initialize = PackagedAgent.command("initialize").start()) {
            assertThat(initialize.exitCode()).as(initialize.everything()).isZero();
        }
        Map<Family, Reached> found = new EnumMap<>(Family.class);
        try (EksAuthPeer eksAuth = EksAuthPeer.start();
                StsPeer sts = new StsPeer();
                PackagedAgent agent =
                        PackagedAgent.server()
                                .bindHosts("169.254.170.23", "[fd00:ec2::23]")
                                .port(80)
                                .endpoint(eksAuth.endpoint())
                                .start()) {
            agent.awaitReady();
            RealAddresses node = new RealAddresses(folder, sts);
            for (String name : List.of(arguments).subList(1, arguments.length)) {
                Family family = Family.valueOf(name);
                found.put(family, node.reached(family));
            }
        }
        JSON.writeValue(folder.resolve("reached.json").toFile(), found);
        System.exit(0);
    }

    private Reached reached(Family family) throws IOException {
        String proxy = "http://127.0.0.1:9";
        return new Reached(
                reaches(family, IPV4, Map.of()),
                reaches(family, IPV6, Map.of()),
                reaches(family, IPV6, IPV6_MODE),
                reaches(
                        family,
                        IPV4,
                        Map.of("HTTP_PROXY", proxy, "http_proxy", proxy, "NO_PROXY", "127.0.0.1")));
    }

    private boolean reaches(Family family, URI address, Map<String, String> more)
            throws IOException {
        PodToken token = new PodToken(folder, family.folder() + "-real");
        try (SdkProgram program = SdkProgram.start(family, address, token, sts, more)) {
            return program.fresh(1).succeeded();
        }
    }
}
