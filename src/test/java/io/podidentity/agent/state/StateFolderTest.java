package io.podidentity.agent.state;

import static io.podidentity.harness.FakeSource.denied;
import static io.podidentity.harness.FakeSource.unavailable;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.attribute.PosixFilePermissions.fromString;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.agent.cache.Answer;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.state.StateEvents.Found;
import io.podidentity.agent.state.StateEvents.Written;
import io.podidentity.harness.Shell;
import io.podidentity.harness.Tokens;
import io.podidentity.token.ServiceAccountToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder that others have been at, or that fails: the agent serves as if there were none. */
class StateFolderTest {

    private static final ServiceAccountToken TOKEN = Tokens.of("a");
    private static final int FUZZED = 2_000;

    @TempDir Path state;
    private StateRig rig;

    @BeforeEach
    void startAgent() {
        rig = new StateRig(state);
    }

    @Test
    void onlyItsOwnerMayUseIt() throws Exception {
        rig.served(TOKEN);

        assertThat(Files.getPosixFilePermissions(rig.entries())).isEqualTo(fromString("rwx------"));
        assertThat(rig.files())
                .singleElement()
                .satisfies(
                        file ->
                                assertThat(Files.getPosixFilePermissions(file))
                                        .isEqualTo(fromString("rw-------")));
    }

    @Test
    void oneThatOthersMayEnterIsNotUsed() throws Exception {
        rig.served(TOKEN);
        Files.setPosixFilePermissions(rig.entries(), fromString("rwxr-x---"));

        rig.restart().served(TOKEN);

        assertThat(rig.source.count()).isEqualTo(2);
        assertThat(rig.events.lines())
                .contains("failing: others than the agent's user may use it", "looked FAILED");
    }

    @Test
    void linkToAnotherFolderIsNotFollowed(@TempDir Path elsewhere) throws Exception {
        Files.setPosixFilePermissions(elsewhere, fromString("rwx------"));
        Files.createSymbolicLink(rig.entries(), elsewhere);

        assertThat(rig.served(TOKEN)).isNotNull();

        assertThat(elsewhere).isEmptyDirectory();
        assertThat(rig.events.count(Written.FAILED)).isOne();
    }

    @Test
    void linkToARecordIsNotFollowed(@TempDir Path elsewhere) throws Exception {
        rig.served(TOKEN);
        Path record = rig.files().getFirst();
        Path moved = Files.move(record, elsewhere.resolve("moved"));
        Files.createSymbolicLink(record, moved);

        rig.restart().served(TOKEN);

        assertThat(rig.source.count()).isEqualTo(2);
        assertThat(Files.isRegularFile(record, NOFOLLOW_LINKS)).isTrue();
        assertThat(moved).exists();
    }

    @Test
    void pipeInPlaceOfARecordIsNotWaitedFor() {
        rig.served(TOKEN);
        Path record = rig.files().getFirst();
        Shell.succeed(List.of("rm", record.toString()));
        Shell.succeed(List.of("mkfifo", record.toString()));

        rig.restart().served(TOKEN);

        assertThat(rig.source.count()).isEqualTo(2);
        assertThat(rig.events.count(Found.DAMAGED)).isOne();
    }

    /** Flipped, cut off, lengthened, and made of nothing but noise. */
    @Test
    void damagedRecordIsNeverOpened() throws Exception {
        rig.served(TOKEN);
        Path record = rig.files().getFirst();
        byte[] good = Files.readAllBytes(record);
        Random random = new Random(42);

        for (int run = 0; run < FUZZED; run++) {
            byte[] bad = damaged(good, random);
            Files.write(record, bad);
            rig.restart().served(TOKEN);
            assertThat(rig.source.count())
                    .as("calls after run %d with %s", run, Arrays.toString(bad))
                    .isEqualTo(run + 2);
        }

        assertThat(rig.events.count(Found.DAMAGED)).isEqualTo(FUZZED);
        assertThat(rig.events.lines()).noneMatch(line -> line.startsWith("broke"));
    }

    private static byte[] damaged(byte[] good, Random random) {
        int at = random.nextInt(good.length);
        return switch (random.nextInt(4)) {
            case 0 -> {
                byte[] flipped = good.clone();
                flipped[at] ^= (byte) (1 << random.nextInt(8));
                yield flipped;
            }
            case 1 -> Arrays.copyOf(good, at);
            case 2 -> Arrays.copyOf(good, good.length + 1 + random.nextInt(100_000));
            default -> {
                byte[] noise = new byte[at];
                random.nextBytes(noise);
                yield noise;
            }
        };
    }

    @Test
    void recordThatChangedWhileItsAgentRanIsWrittenAnew() throws Exception {
        String first = rig.served(TOKEN);
        Files.write(rig.files().getFirst(), new byte[] {1, 2, 3});
        rig.timeline.advance(Duration.ofHours(4));
        String renewed = rig.served(TOKEN);
        rig.source.fails(unavailable());

        assertThat(renewed).isNotEqualTo(first);
        assertThat(rig.restart().served(TOKEN)).isEqualTo(renewed);
    }

    @Test
    void whatWasDeletedUnderARunningAgentIsWrittenAgain() throws Exception {
        rig.served(TOKEN);
        rig.served(Tokens.of("b"));
        Files.delete(rig.files().getFirst());
        Files.delete(rig.files().getFirst());
        Files.delete(rig.entries());
        Files.delete(state);
        assertThat(rig.served(TOKEN)).isNotNull();

        rig.timeline.advance(Duration.ofMinutes(2));

        assertThat(rig.files()).hasSize(2);
        rig.source.fails(unavailable());
        assertThat(rig.restart().served(TOKEN)).isNotNull();
    }

    @Test
    void whatCouldNotBeWrittenIsWrittenOnceItCanBe() throws Exception {
        Path inTheWay = Files.createFile(rig.entries());
        rig.served(TOKEN);
        assertThat(rig.events.count(Written.FAILED)).isOne();
        Files.delete(inTheWay);

        rig.timeline.advance(Duration.ofMinutes(2));

        assertThat(rig.files()).hasSize(1);
    }

    @Test
    void recordOfARefusedPodThatCouldNotBeDeletedGoesOnceItCan() throws Exception {
        rig.served(TOKEN);
        rig.source.fails(denied());
        Files.setPosixFilePermissions(rig.entries(), fromString("rwxr-xr-x"));
        rig.timeline.advance(Duration.ofHours(4));
        assertThat(rig.cache.entries()).isZero();
        assertThat(rig.files()).hasSize(1);
        Files.setPosixFilePermissions(rig.entries(), fromString("rwx------"));

        rig.timeline.advance(Duration.ofMinutes(2));

        assertThat(rig.files()).isEmpty();
    }

    @Test
    void theFirstToExpireGoWhereThereAreTooMany() throws Exception {
        rig.size = 2;
        rig.restart();
        for (int pod = 0; pod < 10; pod++) {
            rig.source.lifetime(Duration.ofHours(6).minusMinutes(pod));
            rig.served(Tokens.of("pod" + pod));
        }

        rig.timeline.advance(Duration.ofMinutes(1));

        assertThat(rig.files())
                .hasSize(8)
                .doesNotContain(record(Tokens.of("pod9")), record(Tokens.of("pod8")))
                .contains(record(Tokens.of("pod0")));
    }

    @Test
    void misbehavingContainersTokensDoNotPileUp() {
        for (int generation = 0; generation < 20; generation++) {
            rig.served(Tokens.of("a", generation));
        }

        assertThat(rig.files()).hasSize(4);
    }

    @Test
    void whatAKilledProcessLeftIsSweptAndWhatIsNotOursIsLeft() throws Exception {
        rig.served(TOKEN);
        String name = rig.files().getFirst().getFileName().toString();
        Path half = rig.entries().resolve("." + name + ".01234567-89ab-cdef-0123-456789abcdef");
        Path beingWritten =
                rig.entries().resolve("." + name + ".11111111-89ab-cdef-0123-456789abcdef");
        Path foreign = rig.entries().resolve("README");
        Files.write(half, new byte[] {1});
        Files.write(foreign, new byte[] {1});
        Files.write(beingWritten, new byte[] {1});
        setTime(half, -60);
        setTime(foreign, -60);
        setTime(beingWritten, 30);

        rig.timeline.advance(Duration.ofMinutes(1).plusSeconds(30));

        assertThat(half).doesNotExist();
        assertThat(foreign).exists();
        assertThat(beingWritten).exists();
    }

    private void setTime(Path file, int seconds) throws Exception {
        Files.setLastModifiedTime(file, FileTime.from(rig.timeline.now().plusSeconds(seconds)));
    }

    @Test
    void requestDoesNotWaitForTheSweepOfAllTheOthers() {
        for (int pod = 0; pod < 20; pod++) {
            rig.served(Tokens.of("pod" + pod));
        }
        Queue<Runnable> thread = new ArrayDeque<>();
        CredentialCache cache = rig.another(thread::add, rig::now);
        rig.cache.close();
        rig.timeline.advance(Duration.ofMillis(1));
        rig.source.fails(unavailable());
        CompletableFuture<Answer> asked = get(cache, "pod7");
        assertThat(asked).isNotDone();

        runAll(thread);

        assertThat(asked).isCompletedWithValueMatching(StateFolderTest::served);
        assertThat(rig.events.lines()).endsWith("looked OPENED", "20 records");
    }

    @Test
    void changesThatWaitForAFolderAreBounded() {
        EntryKeeper keeper =
                new EntryKeeper(state, 2, "", task -> {}, rig.timeline, rig::now, rig.events);

        for (int pod = 0; pod < 6; pod++) {
            keeper.changed("pod" + pod);
            keeper.changed("pod" + pod);
        }

        assertThat(rig.events.count(Written.LEFT_OUT)).isEqualTo(2);
    }

    /** The thread is in the middle of writing when the folder stops to answer. */
    @Test
    void folderThatHangsHoldsUpOneRequestForAMomentAndTheOthersNotAtAll() {
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            CredentialCache cache =
                    rig.another(
                            thread,
                            () -> {
                                hanging.countDown();
                                awaitEnd(over);
                                return rig.now();
                            });
            CompletableFuture<Answer> first = get(cache, "a");
            await().until(first::isDone);
            await().until(() -> hanging.getCount() == 0);
            CompletableFuture<Answer> second = get(cache, "b");
            rig.timeline.advance(Duration.ofMillis(299));
            assertThat(second).isNotDone();

            rig.timeline.advance(Duration.ofMillis(1));

            assertThat(second).isCompletedWithValueMatching(StateFolderTest::served);
            assertThat(get(cache, "c")).isCompletedWithValueMatching(StateFolderTest::served);
            assertThat(get(cache, "a")).isCompletedWithValueMatching(StateFolderTest::served);
            assertThat(rig.events.count(Found.LATE)).isEqualTo(2);
        } finally {
            over.countDown();
            thread.shutdown();
        }
    }

    /** Each look-up takes less than may be waited for, and many wait for one another. */
    @Test
    void slowFolderHoldsUpNobodyForLongerThanOneOperationMay() {
        Queue<Runnable> thread = new ArrayDeque<>();
        CredentialCache cache =
                rig.another(
                        thread::add,
                        () -> {
                            rig.timeline.advance(Duration.ofMillis(100));
                            return rig.now();
                        });
        runAll(thread);
        for (int pod = 0; pod < 8; pod++) {
            var _ = get(cache, "before" + pod);
            runAll(thread);
        }
        CompletableFuture<Answer> last = get(cache, "last");

        rig.timeline.advance(Duration.ofMillis(300));

        assertThat(last).isCompletedWithValueMatching(StateFolderTest::served);
        assertThat(rig.events.count(Found.LATE)).isOne();
    }

    private static void runAll(Queue<Runnable> thread) {
        for (Runnable task = thread.poll(); task != null; task = thread.poll()) {
            task.run();
        }
    }

    private static void awaitEnd(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static CompletableFuture<Answer> get(CredentialCache cache, String pod) {
        return cache.get(Tokens.of(pod), "10.0.0.1").toCompletableFuture();
    }

    private static boolean served(Answer answer) {
        return answer.outcome() instanceof Issued;
    }

    private Path record(ServiceAccountToken token) throws Exception {
        return rig.entries().resolve(RecordKeys.name(token.raw()));
    }
}
