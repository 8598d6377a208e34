package io.podidentity.sdks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.PackagedAgent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;

/**
 * Every SDK family gets credentials from the packaged agent through its default chain.
 *
 * <p>All is tried before the first test, a few families at a time because they mostly wait; the
 * tests look at what was seen. {@code -Dsdks.write=true} writes the tables of src/docs/sdks.md.
 */
@TestInstance(Lifecycle.PER_CLASS)
class SdkConformanceIT {

    private static final int AT_A_TIME = 4;
    private static final int PATIENCE_MINUTES = 15;

    /** For one request of the application, when credentials are about to run out. */
    private static final int MAX_REQUESTS = 3;

    /** In the lifetime of two credentials, with a token exchanged in between. */
    private static final int MAX_FETCHES = 6;

    /** The agent asks EKS Auth again when that takes more than a second. */
    private static final int TRIES = 3;

    private final ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
    private final Set<Family> families = EnumSet.noneOf(Family.class);
    private final Map<Family, Future<Seen>> trials = new EnumMap<>(Family.class);
    private final Map<Family, Future<Refreshing>> refreshing = new EnumMap<>(Family.class);

    private EksAuthPeer eksAuth;
    private EksAuthPeer hastyEksAuth;
    private PackagedAgent agent;
    private PackagedAgent hastyAgent;
    private final Map<Family, Crowd> crowds = new EnumMap<>(Family.class);
    private Future<Map<Family, Reached>> reached;

    @BeforeAll
    @Timeout(value = 45, unit = TimeUnit.MINUTES) // Compilers have to be run first.
    void begin(@TempDir Path folder) throws Exception {
        for (Family family : Family.values()) {
            Workshop workshop = new Workshop(family);
            if (workshop.missingTool().isEmpty()) {
                workshop.build();
                families.add(family);
            }
        }
        eksAuth = EksAuthPeer.start();
        agent = agent(eksAuth);
        hastyEksAuth = EksAuthPeer.start(Refreshing.LIFETIME);
        hastyAgent = agent(hastyEksAuth);
        reached = threads.submit(() -> RealAddresses.reach(families, folder));
        for (Family family : families) {
            trials.put(family, threads.submit(() -> new Trial(family, agent, folder).run()));
            refreshing.put(
                    family,
                    threads.submit(() -> Refreshing.of(family, hastyEksAuth, hastyAgent, folder)));
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
        // Each alone: two hundred clients at once are busy with themselves.
        for (Family family : families) {
            crowds.put(family, Crowd.of(family, eksAuth, agent, folder));
        }
    }

    private static PackagedAgent agent(EksAuthPeer eksAuth) {
        return PackagedAgent.server().endpoint(eksAuth.endpoint()).start().awaitReady();
    }

    @AfterAll
    void end() {
        threads.shutdownNow();
        // Those that a failure of the beginning has left.
        Stream.of(agent, hastyAgent).filter(Objects::nonNull).forEach(PackagedAgent::close);
        Stream.of(eksAuth, hastyEksAuth).filter(Objects::nonNull).forEach(EksAuthPeer::close);
    }

    @ParameterizedTest
    @EnumSource
    void getsCredentialsOnTheFirstTryAndSignsWithThem(Family family) throws Exception {
        Seen seen = seen(family);

        assertThat(seen.first().errors()).isEmpty();
        assertThat(seen.firstSigner()).isTrue();
        assertThat(seen.ipv6().succeeded()).isEqualTo(family.allowsIpv6());
    }

    @ParameterizedTest
    @EnumSource
    void getsCredentialsFromTheRealAddresses(Family family) throws Exception {
        assumeBuilt(family);

        Reached real = found(reached).get(family);

        assertThat(real.ipv4()).isTrue();
        assertThat(real.ipv6Mode()).isEqualTo(family.allowsIpv6());
        assertThat(real.withNoProxy()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void manyFirstCallsAtOnceAllSucceedAndCostOneCallOfEksAuth(Family family) throws Exception {
        assumeBuilt(family);

        Crowd crowd = crowds.get(family);

        assertThat(crowd.attempts().errors()).isEmpty();
        assertThat(crowd.fetches()).isLessThanOrEqualTo(1);
        assertThat(crowd.calls()).isBetween(1, TRIES);
    }

    @ParameterizedTest
    @EnumSource
    void worksOnWhileCredentialsRunOutAndTheTokenIsRotated(Family family) throws Exception {
        assumeBuilt(family);

        Refreshing seen = found(refreshing.get(family));

        assertThat(seen.errors()).isEmpty();
        assertThat(seen.late()).isZero();
        assertThat(seen.asks()).isLessThanOrEqualTo(MAX_REQUESTS * seen.requests());
        assertThat(seen.fetches()).isBetween(2, MAX_FETCHES);
    }

    @Test
    void readmeTellsWhatWasSeen() throws Exception {
        Map<Family, Seen> all = new EnumMap<>(Family.class);
        for (Family family : Family.values()) {
            all.put(family, seen(family));
        }
        SdkTables table = new SdkTables(all, found(reached), crowds);
        if (Boolean.getBoolean("sdks.write")) {
            table.write();
        }

        assertThat(SdkTables.written())
                .as("the tables of src/docs/sdks.md; -Dsdks.write=true writes it anew")
                .isEqualTo(table.text());
    }

    private Seen seen(Family family) throws Exception {
        assumeBuilt(family);
        return found(trials.get(family));
    }

    /** What was found; where nothing could be tried, the test is skipped with the reason. */
    private static <T> T found(Future<T> trial) throws Exception {
        try {
            return trial.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TestAbortedException reason) {
                throw reason;
            }
            throw e;
        }
    }

    private void assumeBuilt(Family family) throws IOException {
        String missing = new Workshop(family).missingTool().orElse("");
        assumeTrue(missing.isEmpty(), () -> family + " needs " + missing);
    }
}
