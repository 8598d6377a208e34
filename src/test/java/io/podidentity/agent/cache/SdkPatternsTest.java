package io.podidentity.agent.cache;

import static io.podidentity.harness.FakeSource.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.Tokens;
import io.podidentity.token.ServiceAccountToken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two days of each SDK's refreshing: see the contract, section 3. */
class SdkPatternsTest {

    private static final Duration DAYS = Duration.ofDays(2);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HELD_LEAST = Duration.ofMinutes(15);

    /** kubelet renews a token of 24 h at 80 %. */
    private static final Duration TOKEN_LIFE = Duration.ofDays(1);

    private static final long ROTATION_SECONDS = TOKEN_LIFE.toSeconds() * 8 / 10;

    /**
     * @param refreshAt what is left of the held credentials when the SDK asks again
     */
    record Sdk(String name, Duration refreshAt) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Sdk> SDKS =
            List.of(
                    new Sdk("boto3", Duration.ofMinutes(15)),
                    new Sdk("boto3, must", Duration.ofMinutes(10)),
                    new Sdk("Java v1", Duration.ofMinutes(15)),
                    new Sdk("Java v2, earliest of its jitter", Duration.ofMinutes(15)),
                    new Sdk("Java v2, latest of its jitter", Duration.ofSeconds(150)),
                    new Sdk("JavaScript v3, Go, CRT, Ruby", Duration.ofMinutes(5)),
                    new Sdk("Rust", Duration.ofSeconds(10)),
                    new Sdk("PHP", Duration.ofMinutes(1)),
                    new Sdk(".NET", Duration.ofMinutes(15)));

    static Stream<Arguments> patterns() {
        return SDKS.stream()
                .flatMap(
                        sdk ->
                                Stream.of(Duration.ofHours(1), Duration.ofHours(6))
                                        .flatMap(life -> retentions(sdk, life)));
    }

    private static Stream<Arguments> retentions(Sdk sdk, Duration lifetime) {
        return Stream.of(Duration.ofMinutes(10), Duration.ofHours(3))
                .map(retention -> Arguments.of(sdk, lifetime, retention));
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void livePodIsNeverHandedWhatItsSdkWouldAskForAgain(
            Sdk sdk, Duration lifetime, Duration retention) {
        Pod pod = new Pod(sdk, lifetime, retention);
        while (pod.age().compareTo(DAYS) < 0) {
            if (pod.callsAws()) {
                assertThat(pod.left()).isGreaterThan(HELD_LEAST);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void podThatOutlivesTokensNeverCostsMoreThanItsRenewals(
            Sdk sdk, Duration lifetime, Duration retention) {
        Pod pod = new Pod(sdk, lifetime, retention);
        while (pod.age().compareTo(DAYS) < 0) {
            pod.callsAws();
        }

        Duration renewal =
                Stream.of(retention, lifetime.dividedBy(2)).min(Duration::compareTo).orElseThrow();
        assertThat(pod.rig.source.count())
                .isLessThanOrEqualTo((int) (DAYS.dividedBy(renewal) * 1.2) + 2);
    }

    static Stream<Arguments> patternsAtTheDefaultRetention() {
        return SDKS.stream()
                .flatMap(
                        sdk ->
                                Stream.of(Duration.ofHours(1), Duration.ofHours(6))
                                        .map(life -> Arguments.of(sdk, life)));
    }

    @ParameterizedTest
    @MethodSource("patternsAtTheDefaultRetention")
    void livePodIsAnsweredFromMemoryEachTime(Sdk sdk, Duration lifetime) {
        Pod pod = new Pod(sdk, lifetime, Duration.ofHours(3));
        pod.callsAws();
        while (pod.age().compareTo(DAYS) < 0) {
            if (pod.callsAws()) {
                assertThat(pod.answer).matches(CacheRig::hit);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("patternsAtTheDefaultRetention")
    void outageShorterThanTheMarginIsNeverSeen(Sdk sdk, Duration lifetime) {
        Duration outage = lifetime.dividedBy(3).minusMinutes(6);
        Pod pod = new Pod(sdk, lifetime, Duration.ofHours(3));
        pod.runs(Duration.ofHours(20));
        pod.rig.source.fails(unavailable());
        pod.runs(outage);
        pod.rig.source.recovers();
        pod.runs(Duration.ofHours(8));
    }

    /** A pod whose application calls AWS each minute. */
    private static final class Pod {

        private final CacheRig rig;
        private final Instant born;
        private final Sdk sdk;
        private Answer answer;

        Pod(Sdk sdk, Duration lifetime, Duration retention) {
            this.rig = new CacheRig(CacheSettings.of(retention, 2_000, 3));
            this.rig.source.lifetime(lifetime);
            this.born = rig.timeline.now();
            this.sdk = sdk;
        }

        void runs(Duration time) {
            Instant end = rig.timeline.now().plus(time);
            while (rig.timeline.now().isBefore(end)) {
                callsAws();
                assertThat(answer).matches(CacheRig::served);
                assertThat(left()).isPositive();
            }
        }

        /** Whether its SDK asked for that. */
        boolean callsAws() {
            rig.advance(MINUTE);
            if (answer != null && left().compareTo(sdk.refreshAt) > 0) {
                return false;
            }
            CompletableFuture<Answer> asked = rig.ask(token());
            answer = rig.answer(asked);
            return true;
        }

        Duration age() {
            return Duration.between(born, rig.timeline.now());
        }

        Duration left() {
            return CacheRig.left(answer, rig.timeline);
        }

        /** What lies in the pod's token file now. */
        private ServiceAccountToken token() {
            long generation = age().toSeconds() / ROTATION_SECONDS;
            Instant expiry = born.plusSeconds(generation * ROTATION_SECONDS).plus(TOKEN_LIFE);
            return Tokens.token("raw-" + generation, "app", "pod-a", "uid-a", expiry);
        }
    }
}
