package io.podidentity.agent.server;

import io.podidentity.agent.cache.Answer;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenReader;
import io.podidentity.token.TokenReading.Current;
import io.podidentity.token.TokenReading.Malformed;
import io.podidentity.token.TokenReading.OutOfTime;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The credentials endpoint. Never blocks: hits are answered on the event loop. */
@Path(CredentialsResource.PATH)
public class CredentialsResource {

    static final String PATH = "/v1/credentials";

    private final AllowedHosts hosts;
    private final TokenReader reader;
    private final CredentialCache cache;
    private final HttpEvents events;
    private final WarmUpToken warmUpToken;
    private final WarmUpCache warmUpCache;

    CredentialsResource(
            AllowedHosts hosts,
            TokenReader reader,
            CredentialCache cache,
            HttpEvents events,
            WarmUpToken warmUpToken,
            WarmUpCache warmUpCache) {
        this.hosts = hosts;
        this.reader = reader;
        this.cache = cache;
        this.events = events;
        this.warmUpToken = warmUpToken;
        this.warmUpCache = warmUpCache;
    }

    /** Checks in the order of the contract, then asks the cache. */
    @GET
    public CompletionStage<Response> credentials(
            @HeaderParam("Authorization") @Nullable String authorization,
            @Context HttpServerRequest request) {
        Optional<String> elsewhere = hosts.elsewhere(request);
        if (elsewhere.isPresent()) {
            return refuse(Reply.invalidAddress(elsewhere.get()), request);
        }
        if (authorization == null || authorization.isBlank()) {
            return refuse(Reply.noToken(), request);
        }
        String token = authorization.strip();
        return recall(token, request).orElseGet(() -> read(token, request));
    }

    /** A cached token needs no parsing, unless hits are logged. */
    private Optional<CompletionStage<Response>> recall(String token, HttpServerRequest request) {
        return events.hitsAreLogged() || warmUpToken.isIn(request)
                ? Optional.empty()
                : cache.recall(token)
                        .map(held -> held.thenApply(hit -> response(Reply.of(hit.outcome()))));
    }

    private CompletionStage<Response> read(String token, HttpServerRequest request) {
        return switch (reader.read(token)) {
            case Malformed malformed -> refuse(Reply.malformedToken(malformed.problem()), request);
            case OutOfTime outOfTime -> refuse(Reply.tokenOutOfTime(outOfTime), request);
            case Current current -> ask(current.token(), request);
        };
    }

    private CompletionStage<Response> ask(ServiceAccountToken token, HttpServerRequest request) {
        String client = request.remoteAddress().hostAddress();
        if (warmUpToken.isIn(request)) {
            return warmUpCache
                    .cache()
                    .get(token, client)
                    .thenApply(answer -> response(Reply.of(answer.outcome())));
        }
        long start = System.nanoTime();
        return cache.get(token, client).thenApply(answer -> answered(token, answer, client, start));
    }

    private Response answered(ServiceAccountToken token, Answer answer, String client, long start) {
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        if (answer.outcome() instanceof Issued issued) {
            events.issued(token, issued, answer.origin(), took);
        } else {
            events.refused(token, answer.outcome(), client, took);
        }
        return response(Reply.of(answer.outcome()));
    }

    private CompletionStage<Response> refuse(Reply reply, HttpServerRequest request) {
        reply.reportError(events, request.remoteAddress().hostAddress());
        return CompletableFuture.completedStage(response(reply));
    }

    private static Response response(Reply reply) {
        return Response.status(reply.status())
                .entity(reply.body().json())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .build();
    }
}
