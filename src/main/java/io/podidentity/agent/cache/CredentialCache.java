package io.podidentity.agent.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.podidentity.agent.cache.Answer.Origin;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.CredentialSource;
import io.podidentity.agent.credentials.PodIdentity;
import io.podidentity.agent.token.ServiceAccountToken;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;

/** Answers from memory, or makes one fetch for all who ask at the same time. */
public final class CredentialCache {

    private final CredentialSource source;
    private final Executor fetches;
    private final Clock clock;
    private final Cache<String, Issued> store;
    private final ConcurrentMap<String, CompletableFuture<Answer>> running =
            new ConcurrentHashMap<>();

    /**
     * @param fetches runs the fetches, which block
     */
    public CredentialCache(CredentialSource source, Executor fetches, Clock clock, int size) {
        this.source = source;
        this.fetches = fetches;
        this.clock = clock;
        this.store = Caffeine.newBuilder().maximumSize(size).executor(Runnable::run).build();
    }

    /**
     * Answers a request. Never blocks and never fails: every failure is an outcome.
     *
     * @param client the address of the one who asks, for limits per client
     */
    public CompletionStage<Answer> get(ServiceAccountToken token, String client) {
        String key = token.raw();
        Issued held = store.getIfPresent(key);
        if (held != null && clock.instant().isBefore(held.credentials().expiration())) {
            return CompletableFuture.completedStage(new Answer(held, Origin.HIT));
        }
        CompletableFuture<Answer> mine = new CompletableFuture<>();
        CompletableFuture<Answer> theirs = running.putIfAbsent(key, mine);
        if (theirs != null) {
            return theirs.thenApply(answer -> new Answer(answer.outcome(), Origin.JOINED));
        }
        fetches.execute(() -> fetch(key, token, mine));
        return mine.minimalCompletionStage();
    }

    private void fetch(String key, ServiceAccountToken token, CompletableFuture<Answer> answer) {
        try {
            var outcome = source.fetch(request(token));
            if (outcome instanceof Issued issued) {
                store.put(key, issued);
            }
            running.remove(key);
            answer.complete(new Answer(outcome, Origin.FETCHED));
        } catch (RuntimeException | Error e) {
            running.remove(key);
            answer.completeExceptionally(e);
            throw e;
        }
    }

    private static CredentialRequest request(ServiceAccountToken token) {
        return new CredentialRequest(
                token.raw(),
                token.namespace() == null || token.serviceAccount() == null
                        ? null
                        : new PodIdentity(
                                token.namespace(),
                                token.serviceAccount(),
                                token.podName(),
                                token.podUid()));
    }
}
