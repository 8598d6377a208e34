package io.podidentity.sdks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.Namespace;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Shell;
import io.podidentity.harness.StsPeer;
import io.podidentity.sdks.SdkProgram.Attempts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A node of its own, in a namespace, with the agent where pods look for it. */
final class RealAddresses {

    private static final URI IPV4 = URI.create("http://169.254.170.23/v1/credentials");
    private static final URI IPV6 = URI.create("http://[fd00:ec2::23]/v1/credentials");
    private static final Map<String, String> IPV6_MODE =
            Map.of("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofMinutes(15);

    private final Path folder;
    private final StsPeer sts;

    private RealAddresses(Path folder, StsPeer sts) {
        this.folder = folder;
        this.sts = sts;
    }

    /** Tries families on such a node, from outside. */
    static Map<Family, Reached> reach(Set<Family> families, Path folder) throws IOException {
        Path result = folder.resolve("reached.json");
        try (Namespace node = Namespace.create()) {
            List<String> command = new ArrayList<>();
            command.add(Shell.jdk("java"));
            for (String packaged : List.of("agent.jar", "agent.executable")) {
                command.add("-D" + packaged + "=" + System.getProperty(packaged, ""));
            }
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
            command.addAll(List.of(RealAddresses.class.getName(), folder.toString()));
            families.forEach(family -> command.add(family.name()));
            Shell.Result tried =
                    Shell.run(
                            new ProcessBuilder(node.command(command.toArray(String[]::new))),
                            TIMEOUT);
            assertThat(tried.exit()).as(tried.output()).isZero();
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
                StsPeer sts = new StsPeer("ASIAOFNOBODY");
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
        boolean ipv6 = reaches(family, IPV6, Map.of());
        boolean despiteProxy = reaches(family, IPV4, proxy("127.0.0.1"));
        return new Reached(
                reaches(family, IPV4, Map.of()),
                ipv6,
                ipv6 || reaches(family, IPV6, IPV6_MODE),
                despiteProxy,
                despiteProxy || reaches(family, IPV4, proxy("127.0.0.1,169.254.170.23")));
    }

    /** A proxy that is not there, for all but some; each variable as both kinds of SDKs read it. */
    private static Map<String, String> proxy(String exceptions) {
        String nowhere = "http://127.0.0.1:9";
        return Map.of(
                "HTTP_PROXY", nowhere,
                "http_proxy", nowhere,
                "NO_PROXY", exceptions,
                "no_proxy", exceptions);
    }

    private boolean reaches(Family family, URI address, Map<String, String> more)
            throws IOException {
        PodToken token = new PodToken(folder, family.folder() + "-real");
        try (SdkProgram program = SdkProgram.start(family, address, token, sts, more)) {
            Attempts attempts = program.fresh(1);
            System.out.println(
                    java.time.Instant.now()
                            + " "
                            + family
                            + " at "
                            + address
                            + more.keySet()
                            + ": "
                            + attempts.error());
            return attempts.succeeded();
        }
    }
}
