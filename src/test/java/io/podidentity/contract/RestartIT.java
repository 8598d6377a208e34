package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import io.podidentity.harness.Shell;
import io.podidentity.harness.TestKeys;
import io.podidentity.harness.TestTokens;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged agent is killed, and what it knew is there when it comes back. */
class RestartIT {

    private static final String TOKEN = podsToken(3);
    private static final String ROTATED = podsToken(2);
    private static final String NEVER_SEEN = podsToken(1);

    @TempDir Path folder;
    private Path state;
    private EksAuthPeer peer;
    private PackagedAgent.Builder builder;

    @BeforeEach
    void startPeer() throws IOException {
        state = Files.createDirectory(folder.resolve("state"));
        Path keys = Files.writeString(folder.resolve("keys"), TestKeys.jwks(TestKeys.RSA));
        peer = EksAuthPeer.start();
        builder =
                PackagedAgent.server()
                        .endpoint(peer.endpoint())
                        .flags("--state-dir", state.toString(), "--jwks-file", keys.toString());
    }

    @AfterEach
    void stopPeer() {
        peer.close();
    }

    @Test
    void killedAgentServesTheSameInItsFirstAnswerDuringAnOutage() {
        String before = untilKilled(TOKEN);
        outage();

        try (PackagedAgent agent = builder.start().awaitReady()) {
            HttpResponse<String> first = agent.ask(TOKEN);

            assertThat(first.body()).isEqualTo(before);
            assertThat(peer.calls("orders")).hasSize(1);
            assertThat(metric(agent, "reads_total{result=\"opened\"")).isOne();
            assertThat(metric(agent, "reads_total{result=\"damaged\"")).isZero();
        }
    }

    @Test
    void eachTokenThatWasLetInFindsItsOwnAndNoOther() {
        String before = untilKilled(TOKEN, ROTATED);
        outage();

        try (PackagedAgent agent = builder.start().awaitReady()) {
            assertThat(agent.ask(NEVER_SEEN).statusCode()).isEqualTo(503);
            assertThat(agent.ask(ROTATED).body()).isEqualTo(before);
            assertThat(agent.ask(TOKEN).body()).isEqualTo(before);
            assertThat(metric(agent, "reads_total{result=\"opened\"")).isEqualTo(2);
        }
    }

    /** The flag wins over the variable, for calls and for records. */
    @Test
    void anotherEndpointIsAskedAnew() throws IOException {
        try (EksAuthPeer other = EksAuthPeer.start()) {
            PackagedAgent.Builder before =
                    PackagedAgent.server()
                            .environment("AGENT_ENDPOINT", peer.endpoint().toString())
                            .flags("--state-dir", state.toString());
            builder = before;
            untilKilled(TOKEN);
            before.endpoint(other.endpoint());

            try (PackagedAgent agent = before.start().awaitReady()) {
                agent.issued(TOKEN);
                assertThat(other.calls("orders")).hasSize(1);
                assertThat(metric(agent, "reads_total{result=\"opened\"")).isZero();
            }
        }
    }

    @Test
    void podThatEksAuthRefusesLeavesNothing() {
        try (PackagedAgent agent = builder.start().awaitReady()) {
            peer.answer("orders", EksAuthAnswers.json(shortLived()));
            agent.issued(TOKEN);
            awaitRecords(1);
            peer.answer("orders", EksAuthAnswers.error(400, "AccessDeniedException", "no more"));

            // Near its end, it is renewed before it is served.
            await().atMost(Duration.ofMinutes(1)).until(() -> agent.ask(TOKEN).statusCode() == 400);

            awaitRecords(0);
        }
    }

    /** Of credentials that live so briefly, SDKs would ask again with each call. */
    private static String shortLived() {
        JsonObject answer = new JsonObject(EksAuthAnswers.body());
        answer.getJsonObject("credentials")
                .put("expiration", Instant.now().plusSeconds(40).getEpochSecond());
        return answer.encode();
    }

    @Test
    void damagedRecordsCostACallEachAndNothingElse() throws IOException {
        untilKilled(TOKEN);
        StateFaults.corrupt(state);

        try (PackagedAgent agent = builder.start().awaitReady()) {
            agent.issued(TOKEN);

            assertThat(peer.calls("orders")).hasSize(2);
            assertThat(metric(agent, "reads_total{result=\"damaged\"")).isOne();
            assertThat(lines(agent, "was damaged")).isOne();
        }
    }

    @Test
    void deletedFolderIsMadeAgain() throws IOException {
        untilKilled(TOKEN);
        Shell.succeed(List.of("rm", "-r", state.toString()));

        untilKilled(TOKEN);

        assertThat(records()).hasSize(1);
        assertThat(peer.calls("orders")).hasSize(2);
    }

    @Test
    void fullFolderCostsWhatItCannotKeep() throws IOException {
        try (var _ = new Mounted("size=64k")) {
            String before = untilKilled(TOKEN);
            StateFaults.fill(state.resolve("filler"));
            String other = TestTokens.of("reports").sign();

            try (PackagedAgent agent = builder.start().awaitReady()) {
                agent.issued(other);
                await().until(() -> metric(agent, "writes_total{result=\"failed\"") > 0);
                assertThat(agent.ask(other).statusCode()).isEqualTo(200);
                assertThat(agent.ask(TOKEN).body()).isEqualTo(before);
                assertThat(lines(agent, "may not outlive a restart: ")).isOne();

                Files.delete(state.resolve("filler"));
                await().atMost(Duration.ofMinutes(2)).until(() -> records().size() == 2);
                agent.awaitLine("are kept for a restart again");
            }
        }
    }

    @Test
    void readOnlyFolderCostsWhatItCannotKeep() {
        try (Mounted mount = new Mounted("size=1m")) {
            mount.remount("ro");
            String before = untilAsked();
            assertThat(before).contains("AccessKeyId");
        }
    }

    private String untilAsked() {
        try (PackagedAgent agent = builder.start().awaitReady()) {
            String body = agent.issued(TOKEN);
            await().until(() -> metric(agent, "writes_total{result=\"failed\"") > 0);
            assertThat(agent.ask(TOKEN).body()).isEqualTo(body);
            assertThat(lines(agent, "may not outlive a restart: ")).isOne();
            return body;
        }
    }

    /** Neither requests nor the start wait for it, and what was missed is kept later. */
    @Test
    void folderThatHangsCostsWhatItCannotKeep() throws IOException {
        try (Hanging hanging = new Hanging()) {
            untilKilled(TOKEN);
            hanging.stop();

            try (PackagedAgent agent = builder.start().awaitReady()) {
                agent.issued(TOKEN);
                agent.issued(TestTokens.of("reports").sign());
                assertThat(agent.ask(TOKEN).statusCode()).isEqualTo(200);
                assertThat(agent.get(agent.probe("/healthz")).statusCode()).isEqualTo(200);
                assertThat(lines(agent, "may not outlive a restart: ")).isOne();

                hanging.goOn();
                awaitRecords(2);
            }
        }
    }

    /** Of the node's, while no agent ran: what is good by either clock is served. */
    @ParameterizedTest
    @ValueSource(ints = {-3600, 3600})
    void clockThatIsAnHourOffAfterwardsLosesNothing(int seconds) throws IOException {
        StateFaults.clock(builder, 0);
        String token = podsToken(120);
        String before = untilKilled(token);
        outage();
        StateFaults.clock(builder, seconds);

        try (PackagedAgent agent = builder.start().awaitReady()) {
            assertThat(agent.ask(token).body()).isEqualTo(before);
            assertThat(offset(agent.stdout().getFirst())).isBetween(seconds - 300L, seconds + 300L);
        }
    }

    /** Seconds that a line of the log is ahead of this machine. */
    private static long offset(String line) {
        Instant logged = Instant.parse(new JsonObject(line).getString("timestamp"));
        return Duration.between(Instant.now(), logged).toSeconds();
    }

    @Test
    void nothingThatIsWrittenAnywhereTellsASecret() throws IOException {
        builder.verbosity("trace");
        List<String> printed = new ArrayList<>();
        String issued;
        try (PackagedAgent agent = builder.start().awaitReady()) {
            issued = agent.issued(TOKEN);
            agent.issued(ROTATED);
            awaitRecords(2);
            agent.kill();
            printed.add(agent.everything());
        }
        outage();
        try (PackagedAgent agent = builder.start().awaitReady()) {
            assertThat(agent.ask(TOKEN).body()).isEqualTo(issued);
            assertThat(agent.ask(NEVER_SEEN).statusCode()).isEqualTo(200);
            awaitRecords(3);
            printed.add(agent.get(agent.metrics("/metrics")).body());
            printed.add(
                    Files.readString(
                            Path.of("/proc/" + agent.pid() + "/environ"),
                            StandardCharsets.ISO_8859_1));
            assertThat(agent.stop()).isZero();
            printed.add(agent.everything());
        }
        try (Stream<Path> all = Files.walk(state)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                printed.add(file + Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }

        assertThat(printed).hasSizeGreaterThanOrEqualTo(7);
        assertThat(printed.getFirst()).contains("\"TRACE\"");
        assertThat(printed).allSatisfy(text -> assertThat(text).doesNotContain(secrets(issued)));
    }

    private static List<String> secrets(String issued) {
        JsonObject credentials = new JsonObject(issued);
        List<String> secrets = new ArrayList<>();
        secrets.add(credentials.getString("SecretAccessKey"));
        secrets.add(credentials.getString("Token"));
        for (String token : List.of(TOKEN, ROTATED, NEVER_SEEN)) {
            secrets.add(token.split("\\.", -1)[1]);
            secrets.add(token.split("\\.", -1)[2]);
        }
        return secrets;
    }

    /** Has the agent serve tokens of one pod, and kills it; returns what it served. */
    private String untilKilled(String... tokens) {
        try (PackagedAgent agent = builder.start().awaitReady()) {
            String body = "";
            for (String token : tokens) {
                body = agent.issued(token);
            }
            awaitRecords(tokens.length);
            agent.kill();
            return body;
        }
    }

    private void outage() {
        peer.answer("orders", EksAuthAnswers.error(503, "ServiceUnavailableException", "down"));
    }

    private void awaitRecords(int count) {
        await(count + " records").until(() -> records().size() == count);
    }

    private List<Path> records() throws IOException {
        return StateFaults.records(state);
    }

    private static double metric(PackagedAgent agent, String series) {
        return agent.get(agent.metrics("/metrics"))
                .body()
                .lines()
                .filter(line -> line.startsWith("pod_identity_agent_state_" + series))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static long lines(PackagedAgent agent, String text) {
        return agent.stdout().stream().filter(line -> line.contains(text)).count();
    }

    private static String podsToken(int minutesAgo) {
        return TestTokens.at(Instant.now().minus(Duration.ofMinutes(minutesAgo))).sign();
    }

    /** A file system in the state folder's place whose server can be stopped. */
    private final class Hanging implements AutoCloseable {

        private final Process server;

        Hanging() throws IOException {
            assumeTrue(Shell.has("bindfs"), "needs bindfs");
            Path behind = Files.createDirectory(folder.resolve("behind"));
            server =
                    new ProcessBuilder("bindfs", "-f", behind.toString(), state.toString())
                            .inheritIO()
                            .start();
            await("the mount")
                    .until(() -> !Files.getFileStore(state).equals(Files.getFileStore(folder)));
        }

        void stop() {
            Shell.succeed(List.of("kill", "-STOP", String.valueOf(server.pid())));
        }

        void goOn() {
            Shell.succeed(List.of("kill", "-CONT", String.valueOf(server.pid())));
        }

        @Override
        public void close() {
            goOn();
            Shell.succeed(List.of("umount", "--lazy", state.toString()));
            await("its end").until(() -> !server.isAlive());
        }
    }

    /** A file system of its own in the state folder's place. */
    private final class Mounted implements AutoCloseable {

        Mounted(String options) {
            assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
            Shell.succeed(
                    List.of("mount", "-t", "tmpfs", "-o", options, "tmpfs", state.toString()));
        }

        void remount(String options) {
            Shell.succeed(List.of("mount", "-o", "remount," + options, state.toString()));
        }

        @Override
        public void close() {
            Shell.succeed(List.of("umount", state.toString()));
        }
    }
}
