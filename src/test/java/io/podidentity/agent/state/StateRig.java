package io.podidentity.agent.state;

import io.podidentity.agent.cache.Answer;
import io.podidentity.agent.cache.CacheEvents;
import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.harness.FakeSource;
import io.podidentity.harness.VirtualTimeline;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenVerifier;
import io.podidentity.token.TokenVerifier.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A cache whose entries are kept in a folder, and which is killed and started again. */
final class StateRig {

    static final CacheSettings SETTINGS = CacheSettings.of(Duration.ofHours(3), 2_000, 3);

    final VirtualTimeline timeline = new VirtualTimeline();
    final FakeSource source = new FakeSource(timeline);
    final RecordedState events = new RecordedState();
    final Path state;
    TokenVerifier verifier = token -> new Verdict.Genuine();
    CacheSettings settings = SETTINGS;
    int size = SETTINGS.size();
    String boot = "first";
    String issuer = "";
    CredentialCache cache;

    private final Instant started = timeline.now();
    private Duration set = Duration.ZERO;

    StateRig(Path state) {
        this.state = state;
        this.cache = another();
    }

    /** One more agent on this folder, in whose thread everything happens. */
    CredentialCache another() {
        return another(Runnable::run, this::now);
    }

    CredentialCache another(Executor thread, Supplier<Moment> moments) {
        CredentialCache one =
                new CredentialCache(
                        source,
                        token -> verifier.verify(token),
                        settings,
                        timeline,
                        Runnable::run,
                        new Random(42),
                        new EntryKeeper(state, size, issuer, thread, timeline, moments, events),
                        CacheEvents.NONE);
        one.start();
        return one;
    }

    /** Kills the agent and starts another. */
    StateRig restart() {
        // Ends nothing but timers: what a killed one has not written is not written.
        cache.close();
        cache = another();
        return this;
    }

    /** The clock is set: no other time passes. */
    StateRig clock(Duration by) {
        set = set.plus(by);
        timeline.jump(by);
        return this;
    }

    Moment now() {
        return new Moment(
                timeline.now(),
                boot,
                Duration.between(started, timeline.now()).minus(set).plusHours(1));
    }

    Answer ask(ServiceAccountToken token) {
        return ask(cache, token);
    }

    static Answer ask(CredentialCache cache, ServiceAccountToken token) {
        CompletableFuture<Answer> answer = cache.get(token, "10.0.0.1").toCompletableFuture();
        if (!answer.isDone()) {
            throw new IllegalStateException("not answered at once");
        }
        return answer.join();
    }

    /** The credentials that are served at once, or null. */
    String served(ServiceAccountToken token) {
        return ask(token).outcome() instanceof Issued issued
                ? issued.credentials().accessKeyId()
                : null;
    }

    Path entries() {
        return state.resolve("entries");
    }

    /** All files of the folder. */
    List<Path> files() {
        try (Stream<Path> all = Files.list(entries())) {
            return all.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
