package io.podidentity.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.harness.TestClock;
import io.podidentity.harness.TestKeys;
import io.podidentity.token.KeySource.Lookup;
import io.podidentity.token.KeySource.Lookup.Found;
import io.podidentity.token.KeySource.Lookup.Unavailable;
import io.podidentity.token.KeySource.Lookup.Unknown;
import io.podidentity.token.RefreshingKeys.Timing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefreshingKeysTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Timing TIMING = new Timing(HOUR, MINUTE, Duration.ofSeconds(10));
    private static final Timing IMPATIENT = new Timing(HOUR, MINUTE, Duration.ofMillis(1));

    private final TestClock clock = new TestClock(Instant.parse("2026-11-21T12:00:00Z"));
    private final FakeDocument cluster = new FakeDocument("https://cluster");
    @TempDir Path folder;

    @Test
    void fetchesTheKeysAtTheFirstLookUp() {
        cluster.serves(TestKeys.RSA, TestKeys.EC256);
        RefreshingKeys keys = keys();

        assertFound(keys.find(TestKeys.EC256.keyId()), TestKeys.EC256);
        assertFound(keys.find(TestKeys.RSA.keyId()), TestKeys.RSA);
        assertThat(cluster.fetches).isEqualTo(1);
    }

    @Test
    void fetchesAgainForAKeyOfARotation() {
        cluster.serves(TestKeys.RSA);
        RefreshingKeys keys = fetched();
        cluster.serves(TestKeys.RSA, TestKeys.EC256);
        clock.advance(MINUTE);

        assertFound(keys.find(TestKeys.EC256.keyId()), TestKeys.EC256);
    }

    @Test
    void forgetsAKeyThatTheClusterWithdrew() {
        cluster.serves(TestKeys.RSA, TestKeys.EC256);
        RefreshingKeys keys = fetched();
        cluster.serves(TestKeys.EC256);
        clock.advance(HOUR);

        keys.keepFresh();

        assertThat(keys.find(TestKeys.RSA.keyId())).isEqualTo(new Unknown());
    }

    @Test
    void fetchesOnceAMinuteHoweverManyUnknownKeysAreNamed() {
        cluster.serves(TestKeys.RSA);
        RefreshingKeys keys = fetched();

        for (int i = 0; i < 600; i++) {
            assertThat(keys.find("forged-" + i)).isEqualTo(new Unknown());
            clock.advance(Duration.ofMillis(100));
        }

        assertThat(cluster.fetches).isEqualTo(1);
        keys.find("forged");
        assertThat(cluster.fetches).isEqualTo(2);
    }

    @Test
    void staysAbleToFetchWhenTheClockJumpsBack() {
        cluster.serves(TestKeys.RSA);
        RefreshingKeys keys = fetched();
        clock.advance(HOUR.negated());
        cluster.serves(TestKeys.EC256);

        assertFound(keys.find(TestKeys.EC256.keyId()), TestKeys.EC256);
    }

    @Test
    void lookUpsThatArriveTogetherShareOneFetch() throws Exception {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        cluster.serves(TestKeys.RSA);
        cluster.before =
                () -> {
                    entered.countDown();
                    release.await();
                };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            RefreshingKeys keys = keys(TIMING, threads);
            var first = threads.submit(() -> keys.find(TestKeys.RSA.keyId()));
            entered.await();
            var others =
                    Stream.generate(() -> threads.submit(() -> keys.find(TestKeys.RSA.keyId())))
                            .limit(20)
                            .toList();
            release.countDown();

            assertFound(first.get(), TestKeys.RSA);
            for (var other : others) {
                assertFound(other.get(), TestKeys.RSA);
            }
        }
        assertThat(cluster.fetches).isEqualTo(1);
    }

    @Test
    void doesNotWaitLongForASlowCluster() {
        Queue<Runnable> neverRun = new ArrayDeque<>();
        RefreshingKeys keys = keys(IMPATIENT, neverRun::add);

        assertThat(keys.find(TestKeys.RSA.keyId())).isInstanceOf(Unavailable.class);
        assertThat(keys.find(TestKeys.EC256.keyId())).isInstanceOf(Unavailable.class);
        assertThat(neverRun).hasSize(1);
    }

    @Test
    void findsKnownKeysWithoutWaitingForARunningFetch() {
        cluster.serves(TestKeys.RSA);
        Queue<Runnable> held = new ArrayDeque<>();
        RefreshingKeys keys = keys(IMPATIENT, held::add);
        keys.keepFresh();
        held.remove().run();
        clock.advance(HOUR);
        keys.keepFresh();

        assertThat(held).hasSize(1);
        assertFound(keys.find(TestKeys.RSA.keyId()), TestKeys.RSA);
    }

    @Test
    void isRefreshedEveryHourAndNotBefore() {
        cluster.serves(TestKeys.RSA);
        RefreshingKeys keys = fetched();

        for (int minute = 1; minute <= 180; minute++) {
            clock.advance(MINUTE);
            keys.keepFresh();
        }

        assertThat(cluster.fetches).isEqualTo(4);
    }

    @Test
    void isKeptFreshWhateverGoesWrong() {
        cluster.serves(TestKeys.RSA);
        Queue<Runnable> due = new ArrayDeque<>();
        boolean[] broken = {true};
        RefreshingKeys keys =
                keys(
                        IMPATIENT,
                        fetch -> {
                            if (broken[0]) {
                                throw new RejectedExecutionException("no thread to be had");
                            }
                            fetch.run();
                        });
        keys.keepFreshEvery(MINUTE, (delay, task) -> due.add(task));

        due.remove().run();
        broken[0] = false;
        clock.advance(MINUTE);
        due.remove().run();

        assertFound(keys.find(TestKeys.RSA.keyId()), TestKeys.RSA);
        assertThat(cluster.fetches).isEqualTo(1);
        assertThat(due).hasSize(1);
    }

    @Test
    void keepsTheKeysThatItHasWhileTheClusterIsAway() {
        cluster.serves(TestKeys.RSA);
        RefreshingKeys keys = fetched();
        cluster.fails("connection refused");
        clock.advance(HOUR);
        keys.keepFresh();

        assertFound(keys.find(TestKeys.RSA.keyId()), TestKeys.RSA);
    }

    @Test
    void cannotTellOfAnUnknownKeyWhileTheClusterIsAway() {
        cluster.serves(TestKeys.RSA);
        RefreshingKeys keys = fetched();
        cluster.fails("connection refused");
        clock.advance(MINUTE);

        assertThat(keys.find(TestKeys.EC256.keyId()))
                .isEqualTo(new Unavailable("the cluster's keys are not known: connection refused"));
    }

    @Test
    void triesAgainEveryMinuteWhileTheClusterIsAway() {
        cluster.serves(TestKeys.RSA);
        RefreshingKeys keys = fetched();
        cluster.fails("connection refused");
        clock.advance(HOUR);

        keepFresh(keys, Duration.ofMinutes(3));

        assertThat(cluster.fetches).isEqualTo(4);
    }

    /** Whether or not there are keys of an earlier start. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void triesAgainSoonUntilTheClusterIsThereForTheFirstTime(boolean kept) {
        if (kept) {
            cluster.serves(TestKeys.RSA);
            fetched();
        }
        cluster.fails("connection refused");
        RefreshingKeys keys = keys();
        keepFresh(keys, Duration.ofSeconds(45));
        cluster.serves(TestKeys.EC256);

        keepFresh(keys, Duration.ofSeconds(6));

        assertFound(keys.find(TestKeys.EC256.keyId()), TestKeys.EC256);
    }

    /** There may be something that no start will mend, such as an API server that is too old. */
    @Test
    void doesNotTryAgainSoonForEver() {
        cluster.fails("1.34 is needed");
        RefreshingKeys keys = keys();
        keepFresh(keys, HOUR);
        int before = cluster.fetches;

        keepFresh(keys, HOUR);

        assertThat(cluster.fetches - before).isEqualTo(60);
    }

    @Test
    void nobodyWaitsForOneTryAfterAnotherToFail() {
        cluster.fails("connection refused");
        Queue<Runnable> held = new ArrayDeque<>();
        RefreshingKeys keys = keys(TIMING, held::add);
        keys.keepFresh();
        held.remove().run();
        clock.advance(Duration.ofSeconds(1));
        keys.keepFresh();

        assertThat(held).hasSize(1);
        assertThat(keys.find(TestKeys.RSA.keyId()))
                .isEqualTo(new Unavailable("the cluster's keys are not known: connection refused"));
    }

    @Test
    void looksEverySecondUntilTheClusterIsThereAndAsToldFromThenOn() {
        cluster.fails("connection refused");
        Queue<Runnable> due = new ArrayDeque<>();
        List<Duration> delays = new ArrayList<>();
        keys().keepFreshEvery(
                        MINUTE,
                        (delay, task) -> {
                            delays.add(delay);
                            due.add(task);
                        });
        due.remove().run();
        clock.advance(Duration.ofSeconds(1));
        cluster.serves(TestKeys.RSA);
        for (int i = 0; i < 3; i++) {
            due.remove().run();
        }

        assertThat(delays)
                .containsExactly(
                        Duration.ZERO, Duration.ofSeconds(1), Duration.ZERO, MINUTE, MINUTE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>Sign in</html>",
                "[]",
                "{}",
                "{\"keys\":[]}",
                "{\"keys\":{}}",
                "{\"keys\":[1]}",
                "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"X\",\"kid\":\"k\",\"x\":\"AA\"}]}",
                "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"k\",\"k\":\"c2VjcmV0\"}]}"
            })
    void keepsTheKeysThatItHasWhenTheDocumentIsUnusable(String document) {
        cluster.serves(TestKeys.RSA);
        RefreshingKeys keys = fetched();
        cluster.document = document;
        clock.advance(HOUR);
        keys.keepFresh();

        assertThat(cluster.fetches).isEqualTo(2);
        assertFound(keys.find(TestKeys.RSA.keyId()), TestKeys.RSA);
        assertThat(keys.find("k")).isInstanceOf(Unavailable.class);
    }

    @Test
    void ignoresKeysOfUnknownTypesBesideThoseItKnows() {
        cluster.document =
                TestKeys.jwks(TestKeys.RSA)
                        .replace(
                                "{\"keys\":[",
                                "{\"keys\":[{\"kty\":\"PQC\",\"kid\":\"new\",\"x\":\"AA\"},"
                                        + "{\"kty\":\"oct\",\"kid\":\"shared\",\"k\":\"c2VjcmV0\"},");
        RefreshingKeys keys = fetched();

        assertFound(keys.find(TestKeys.RSA.keyId()), TestKeys.RSA);
        assertThat(keys.find("new")).isEqualTo(new Unknown());
        assertThat(keys.find("shared")).isEqualTo(new Unknown());
    }

    @Test
    void ignoresKeysForEncryption() {
        cluster.document =
                TestKeys.jwks(TestKeys.RSA, TestKeys.EC256).replaceFirst("\"sig\"", "\"enc\"");

        assertThat(fetched().find(TestKeys.RSA.keyId())).isEqualTo(new Unknown());
    }

    @Test
    void findsKeysAfterARestartWhileTheClusterIsAway() {
        cluster.serves(TestKeys.RSA);
        fetched();
        cluster.fails("connection refused");

        assertFound(keys().find(TestKeys.RSA.keyId()), TestKeys.RSA);
    }

    @Test
    void showsKeptKeysToTheirOwnerOnly() throws IOException {
        cluster.serves(TestKeys.RSA);
        fetched();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void doesNotBelieveKeptKeysThatOthersCouldHaveWritten() throws IOException {
        cluster.serves(TestKeys.RSA);
        fetched();
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-rw-rw-"));
        cluster.fails("connection refused");

        assertThat(keys().find(TestKeys.RSA.keyId())).isInstanceOf(Unavailable.class);
    }

    @Test
    void doesNotBelieveKeptKeysOfAnotherUser() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root to give files away");
        cluster.serves(TestKeys.RSA);
        fetched();
        Files.setAttribute(file(), "unix:uid", 12345);
        cluster.fails("connection refused");

        assertThat(keys().find(TestKeys.RSA.keyId())).isInstanceOf(Unavailable.class);
    }

    @Test
    void doesNotBelieveKeptKeysInAFolderOfAnotherUser() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root to give files away");
        cluster.serves(TestKeys.RSA);
        fetched();
        Files.setAttribute(file().getParent(), "unix:uid", 12345);
        cluster.fails("connection refused");

        assertThat(keys().find(TestKeys.RSA.keyId())).isInstanceOf(Unavailable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwx---", "rwxrwxrwx"})
    void doesNotBelieveKeptKeysInAFolderThatOthersMayWriteTo(String mode) throws IOException {
        cluster.serves(TestKeys.RSA);
        fetched();
        Files.setPosixFilePermissions(file().getParent(), PosixFilePermissions.fromString(mode));
        cluster.fails("connection refused");

        assertThat(keys().find(TestKeys.RSA.keyId())).isInstanceOf(Unavailable.class);
    }

    @Test
    void doesNotFollowALinkToKeptKeys() throws IOException {
        cluster.serves(TestKeys.RSA);
        fetched();
        Path elsewhere = file().resolveSibling("elsewhere");
        Files.move(file(), elsewhere);
        Files.createSymbolicLink(file(), elsewhere);
        cluster.fails("connection refused");

        assertThat(keys().find(TestKeys.RSA.keyId())).isInstanceOf(Unavailable.class);
    }

    @Test
    void makesAFolderThatIsItsUsersAloneInAVolumeThatIsEverybodys() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        cluster.serves(TestKeys.RSA);
        fetched();
        cluster.fails("connection refused");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().getParent())))
                .isEqualTo("rwx------");
        assertFound(keys().find(TestKeys.RSA.keyId()), TestKeys.RSA);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT168H1S", "PT-1S"})
    void doesNotBelieveKeptKeysOlderThanAWeekOrOfTheFuture(Duration age) {
        cluster.serves(TestKeys.RSA);
        fetched();
        clock.advance(age);
        cluster.fails("connection refused");

        assertThat(keys().find(TestKeys.RSA.keyId())).isInstanceOf(Unavailable.class);
    }

    @Test
    void keptKeysAreAsOldAsTheirLastFetch() {
        cluster.serves(TestKeys.RSA);
        RefreshingKeys keys = fetched();
        clock.advance(Duration.ofDays(6));
        keys.keepFresh();
        clock.advance(Duration.ofDays(6));
        cluster.fails("connection refused");

        assertFound(keys().find(TestKeys.RSA.keyId()), TestKeys.RSA);
    }

    @Test
    void doesNotBelieveKeptKeysOfAnotherCluster() {
        cluster.serves(TestKeys.RSA);
        fetched();
        var other = new FakeDocument("https://another");
        other.fails("connection refused");

        assertThat(keys(other).find(TestKeys.RSA.keyId())).isInstanceOf(Unavailable.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "https://cluster\n",
                "https://cluster\n{\"keys\":",
                "https://cluster\n2026-11-21T12:00:00Z\n{",
                "{}"
            })
    void doesWithoutKeptKeysThatAreDamaged(String kept) throws IOException {
        new OwnerOnlyFile(file()).write(kept);
        cluster.serves(TestKeys.RSA);

        assertFound(keys().find(TestKeys.RSA.keyId()), TestKeys.RSA);
    }

    @Test
    void doesWithoutAFolderThatCannotBeWritten() throws IOException {
        Files.writeString(folder.resolve("state"), "a file where the folder should be");
        cluster.serves(TestKeys.RSA);

        assertFound(keys().find(TestKeys.RSA.keyId()), TestKeys.RSA);
    }

    @Test
    void folderThatHangsHoldsUpNeitherStartNorFetches() {
        cluster.serves(TestKeys.RSA);
        Queue<Runnable> hanging = new ArrayDeque<>();
        Timing impatient = new Timing(HOUR, MINUTE, Duration.ofMillis(1));
        RefreshingKeys keys = new RefreshingKeys(cluster, file(), impatient, hanging::add, clock);
        Runnable restoring = hanging.remove();

        keys.keepFresh();
        hanging.remove().run();
        assertFound(keys.find(TestKeys.RSA.keyId()), TestKeys.RSA);

        cluster.serves(TestKeys.EC256);
        clock.advance(HOUR);
        keys.keepFresh();
        hanging.remove().run();
        restoring.run();
        assertFound(keys.find(TestKeys.EC256.keyId()), TestKeys.EC256);
    }

    private Path file() {
        return folder.resolve("state/keys.jwks");
    }

    private void keepFresh(RefreshingKeys keys, Duration time) {
        for (int second = 0; second < time.toSeconds(); second++) {
            keys.keepFresh();
            clock.advance(Duration.ofSeconds(1));
        }
    }

    private RefreshingKeys fetched() {
        RefreshingKeys keys = keys();
        keys.keepFresh();
        assertThat(cluster.fetches).isEqualTo(1);
        return keys;
    }

    private RefreshingKeys keys() {
        return keys(cluster);
    }

    private RefreshingKeys keys(KeyDocument document) {
        return new RefreshingKeys(document, file(), TIMING, Runnable::run, clock);
    }

    private RefreshingKeys keys(Timing timing, Executor fetches) {
        return new RefreshingKeys(cluster, null, timing, fetches, clock);
    }

    private static void assertFound(Lookup lookup, TestKeys key) {
        assertThat(lookup)
                .isInstanceOfSatisfying(
                        Found.class,
                        found ->
                                assertThat(found.key().key()).isEqualTo(key.pair().getPublicKey()));
    }

    /** A step of a test that may wait. */
    private interface Step {
        void run() throws InterruptedException;
    }

    private static final class FakeDocument implements KeyDocument {

        private final String place;
        private int fetches;
        private String document = "";
        private String problem = "";
        private Step before = () -> {};

        FakeDocument(String place) {
            this.place = place;
        }

        void serves(TestKeys... keys) {
            document = TestKeys.jwks(keys);
            problem = "";
        }

        void fails(String why) {
            problem = why;
        }

        @Override
        public String fetch() throws IOException {
            fetches++;
            try {
                before.run();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (!problem.isEmpty()) {
                throw new IOException(problem);
            }
            return document;
        }

        @Override
        public String place() {
            return place;
        }
    }
}
