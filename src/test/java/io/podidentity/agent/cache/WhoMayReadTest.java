package io.podidentity.agent.cache;

import static io.podidentity.harness.FakeSource.denied;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.Tokens;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WhoMayReadTest {

    private static final Instant EXPIRY = Instant.parse("2026-11-25T00:00:00Z");

    private final CacheRig rig = new CacheRig();

    @Test
    void newTokenOfTheSamePodIsVerifiedOnceAndThenReads() {
        rig.answer(Tokens.of("a"));

        Answer first = rig.answer(Tokens.of("a", 1));
        CompletableFuture<Answer> second = rig.ask(Tokens.of("a", 1));

        assertThat(first).matches(CacheRig::hit);
        assertThat(second).isCompletedWithValueMatching(CacheRig::hit);
        assertThat(rig.verifier.count()).isOne();
        assertThat(rig.source.calls()).hasSize(1);
    }

    @Test
    void sameTokenIsNotVerified() {
        rig.answer(Tokens.of("a"));
        rig.answer(Tokens.of("a"));

        assertThat(rig.verifier.count()).isZero();
    }

    @Test
    void forgedTokenOfACachedPodGetsWhatTheSourceSays() {
        rig.answer(Tokens.of("a"));
        rig.verifier.finds(new Verdict.Refused("wrong key"));
        rig.source.fails(denied());

        Answer forged = rig.answer(Tokens.of("a", 1));

        assertThat(forged.outcome()).isEqualTo(denied());
    }

    @Test
    void forgedTokenDoesNotCostThePodItsEntry() {
        rig.answer(Tokens.of("a"));
        rig.verifier.finds(new Verdict.Refused("wrong key"));
        rig.source.fails(denied());
        rig.answer(Tokens.of("a", 1));

        assertThat(rig.ask(Tokens.of("a"))).isCompletedWithValueMatching(CacheRig::hit);
    }

    @Test
    void forgedTokenNeverSharesTheFetchOfAGenuineOne() {
        rig.verifier.finds(new Verdict.Refused("wrong key"));
        rig.source.answers(
                request ->
                        request.token().equals(Tokens.of("a").raw())
                                ? rig.source.issued(request)
                                : denied());
        CompletableFuture<Answer> genuine = rig.ask(Tokens.of("a"));
        CompletableFuture<Answer> forged = rig.ask(Tokens.of("a", 1));

        assertThat(rig.answer(genuine)).matches(CacheRig::served);
        assertThat(rig.answer(forged).outcome()).isEqualTo(denied());
    }

    @Test
    void forgedTokenThatComesFirstDoesNotSpoilTheGenuineOne() {
        rig.source.answers(
                request ->
                        request.token().equals(Tokens.of("a").raw())
                                ? rig.source.issued(request)
                                : denied());
        CompletableFuture<Answer> forged = rig.ask(Tokens.of("a", 1));
        CompletableFuture<Answer> genuine = rig.ask(Tokens.of("a"));

        assertThat(rig.answer(genuine)).matches(CacheRig::served);
        assertThat(rig.answer(forged).outcome()).isEqualTo(denied());
    }

    @Test
    void twoGoodTokensOfAPodThatArriveTogetherShareOneFetch() {
        rig.latency(Duration.ofMillis(100));
        CompletableFuture<Answer> first = rig.ask(Tokens.of("a"));
        rig.latency(Duration.ofMillis(10));
        CompletableFuture<Answer> second = rig.ask(Tokens.of("a", 1));

        assertThat(rig.answer(first)).matches(CacheRig::served);
        assertThat(rig.answer(second)).matches(CacheRig::hit);
        assertThat(rig.source.calls()).hasSize(1);
    }

    @Test
    void tokenThatCannotBeVerifiedAsksTheSource() {
        rig.answer(Tokens.of("a"));
        rig.verifier.finds(new Verdict.Unverifiable("no keys"));

        assertThat(rig.answer(Tokens.of("a", 1)).origin()).isEqualTo(Answer.Origin.FETCHED);
    }

    @Test
    void tokensThatTheSourceTookAreBothKnown() {
        rig.verifier.finds(new Verdict.Unverifiable("no keys"));
        rig.answer(Tokens.of("a"));
        rig.answer(Tokens.of("a", 1));

        assertThat(rig.ask(Tokens.of("a"))).isCompletedWithValueMatching(CacheRig::hit);
        assertThat(rig.ask(Tokens.of("a", 1))).isCompletedWithValueMatching(CacheRig::hit);
    }

    @Test
    void genuineTokenOfAnotherServiceAccountIsNotLetIn() {
        rig.answer(Tokens.of("a"));
        rig.source.fails(denied());

        assertThat(rig.answer(like("a", "other", "pod-a")).outcome()).isEqualTo(denied());
    }

    @Test
    void genuineTokenOfAnotherPodNameIsNotLetIn() {
        rig.answer(Tokens.of("a"));
        rig.source.fails(denied());

        assertThat(rig.answer(like("a", "app", "pod-b")).outcome()).isEqualTo(denied());
    }

    @Test
    void tokensThatNameNoPodShareNothing() {
        ServiceAccountToken one = Tokens.token("raw-1", "app", null, null, EXPIRY);
        ServiceAccountToken two = Tokens.token("raw-2", "app", null, null, EXPIRY);

        rig.answer(one);
        rig.answer(two);

        assertThat(rig.source.calls()).hasSize(2);
        assertThat(rig.ask(one)).isCompletedWithValueMatching(CacheRig::hit);
    }

    @Test
    void brokenVerifierLeavesItToTheSource() {
        CacheRig broken = new CacheRig(CacheRig.SETTINGS);
        broken.answer(Tokens.of("a"));
        broken.verifier.breaks();

        assertThat(broken.answer(Tokens.of("a", 1)).origin()).isEqualTo(Answer.Origin.FETCHED);
        assertThat(broken.events.count("broke verifier")).isOne();
    }

    private static ServiceAccountToken like(String pod, String serviceAccount, String name) {
        return Tokens.token("raw-other", serviceAccount, name, "uid-" + pod, EXPIRY);
    }
}
