package io.podidentity.agent.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.agent.cache.CacheEvents.Eviction;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.harness.FakeSource;
import io.podidentity.harness.Tokens;
import io.podidentity.harness.VirtualTimeline;
import io.podidentity.token.ServiceAccountToken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntryStoreTest {

    private static final Instant LATER = Instant.parse("2026-11-25T00:00:00Z");

    private static final List<String> KEPT = List.of("a", "b", "c");

    /** Far more than are kept to spare. */
    private static final int MANY = 200;

    private final VirtualTimeline timeline = new VirtualTimeline();
    private final FakeSource source = new FakeSource(timeline);
    private final RecordedEvents events = new RecordedEvents();
    private final EntryStore store =
            new EntryStore(
                    3,
                    new RenewalPolicy(Duration.ofHours(3)),
                    timeline,
                    new Random(42),
                    SealedEntries.NONE,
                    events);

    @Test
    void tokensOfThePodReadTheCredentialsThatReplaceItsOld() {
        put(Tokens.of("a"));

        put(Tokens.of("a", 1));

        assertThat(entry("a").readableBy(digest(Tokens.of("a")))).isTrue();
        assertThat(entry("a").readableBy(digest(Tokens.of("a", 1)))).isTrue();
    }

    @Test
    void tokensOfAnotherServiceAccountDoNotReadWhatReplacesTheirs() {
        put(Tokens.of("a"));

        put(like("a", "other", "pod-a"));

        assertThat(entry("a").readableBy(digest(Tokens.of("a")))).isFalse();
    }

    @Test
    void tokensOfAnotherPodNameDoNotReadWhatReplacesTheirs() {
        put(Tokens.of("a"));

        put(like("a", "app", "pod-b"));

        assertThat(entry("a").readableBy(digest(Tokens.of("a")))).isFalse();
    }

    @Test
    void othersRenewNothingWithATokenOfThePodBefore() {
        put(Tokens.of("a", 9));

        put(like("a", "other", "pod-a"));

        assertThat(entry("a").renewalToken())
                .extracting(PodToken::digest)
                .isEqualTo(digest(like("a", "other", "pod-a")));
    }

    @Test
    void replacementRenewsWithTheNewestTokenOfThePod() {
        put(Tokens.of("a", 1));

        put(Tokens.of("a"));

        assertThat(entry("a").renewalToken())
                .extracting(PodToken::digest)
                .isEqualTo(digest(Tokens.of("a", 1)));
    }

    @Test
    void replacementKnowsWhenItsPodLastAsked() {
        put(Tokens.of("a"));
        long begun = timeline.nanos();
        timeline.advance(Duration.ofSeconds(1));
        entry("a").requested(timeline.nanos());

        put(Tokens.of("a"), begun);

        assertThat(entry("a").lastRequestNanos()).isEqualTo(timeline.nanos());
        assertThat(entry("a").requestedSinceFetch()).isTrue();
    }

    @Test
    void tokensThatWerePushedOutAreForgottenInTheEnd() {
        put(Tokens.of("a"));
        for (int generation = 1; generation <= MANY; generation++) {
            assertThat(store.admit(podToken(Tokens.of("a", generation)))).isNotNull();
        }

        put(Tokens.of("b"));

        assertThat(store.find(digest(Tokens.of("a")))).isNull();
        assertThat(store.find(digest(Tokens.of("a", MANY)))).isSameAs(entry("a"));
        assertThat(store.find(digest(Tokens.of("b")))).isSameAs(entry("b"));
    }

    @Test
    void tokensOfADroppedEntryDoNotFindTheNextOfItsPod() {
        put(Tokens.of("a"));
        store.drop(entry("a"), Eviction.SIZE);

        put(Tokens.of("a", 1));

        assertThat(store.find(digest(Tokens.of("a")))).isNull();
        assertThat(events.lines()).containsExactly("evicted SIZE");
    }

    @Test
    void entryThatHasReplacedADroppedOneStays() {
        put(Tokens.of("a"));
        Entry old = entry("a");
        put(Tokens.of("a", 1));

        store.drop(old, Eviction.SIZE);

        assertThat(store.find(digest(Tokens.of("a", 1)))).isNotNull();
        assertThat(events.lines()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "b", "c"})
    void fullStoreDropsWhoHasNotAskedForLongest(String silent) {
        for (String pod : KEPT) {
            put(Tokens.of(pod));
        }
        timeline.advance(Duration.ofSeconds(1));
        KEPT.stream()
                .filter(pod -> !pod.equals(silent))
                .forEach(pod -> entry(pod).requested(timeline.nanos()));

        put(Tokens.of("d"));

        assertThat(store.find("uid-" + silent)).isNull();
        assertThat(store.count()).isEqualTo(3);
        assertThat(events.lines()).containsExactly("evicted SIZE");
    }

    @Test
    void fullStoreKeepsWhatHasJustCome() {
        timeline.advance(Duration.ofSeconds(1));
        KEPT.forEach(pod -> put(Tokens.of(pod)));

        put(Tokens.of("d"), timeline.nanos() - 1);

        assertThat(store.find("uid-d")).isNotNull();
    }

    @Test
    void nextExpiryIsThatOfTheFirstToExpire() {
        assertThat(store.nextExpiry()).isEmpty();
        source.lifetime(Duration.ofHours(2));
        put(Tokens.of("a"));
        Instant first = timeline.now().plus(Duration.ofHours(2));
        source.lifetime(Duration.ofHours(6));
        put(Tokens.of("b"));

        assertThat(store.nextExpiry()).contains(first);
    }

    @Test
    void genuineTokenOfAnotherPodIsNotAdmitted() {
        put(Tokens.of("a"));
        ServiceAccountToken other = like("a", "app", "pod-b");

        assertThat(store.admit(podToken(other))).isNull();

        assertThat(entry("a").readableBy(digest(other))).isFalse();
        assertThat(store.find(digest(other))).isNull();
    }

    private void put(ServiceAccountToken token) {
        put(token, timeline.nanos());
    }

    private void put(ServiceAccountToken token, long begun) {
        PodToken podToken = podToken(token);
        Issued issued = source.issued(podToken.request());
        assertThat(store.put(new Flight(podToken, "10.0.0.1", begun), issued, begun)).isTrue();
    }

    private Entry entry(String pod) {
        Entry entry = store.find("uid-" + pod);
        assertThat(entry).isNotNull();
        return entry;
    }

    private static PodToken podToken(ServiceAccountToken token) {
        return PodToken.of(token, digest(token));
    }

    private static TokenDigest digest(ServiceAccountToken token) {
        return TokenDigest.of(token.raw());
    }

    private static ServiceAccountToken like(String pod, String serviceAccount, String name) {
        return Tokens.token("raw-other-" + name, serviceAccount, name, "uid-" + pod, LATER);
    }
}
