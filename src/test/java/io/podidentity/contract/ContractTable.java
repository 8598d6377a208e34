package io.podidentity.contract;

import static org.awaitility.Awaitility.await;

import io.podidentity.contract.Exchange.Request;
import io.podidentity.contract.Expected.Body;
import io.podidentity.contract.Expected.Credentials;
import io.podidentity.contract.Expected.Refusal;
import io.podidentity.harness.EksAuthAnswers;
import io.podidentity.harness.EksAuthPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.RawConnection;
import io.podidentity.harness.TestTokens;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the credentials endpoint answers, as one table; each suite runs it against an agent of its
 * own kind. The agents' cluster is {@link #CLUSTER}, their bind hosts are {@link #BIND_HOSTS}.
 */
final class ContractTable {

    static final String CLUSTER = "dev";
    static final List<String> BIND_HOSTS = List.of("127.0.0.1", "127.0.0.2", "[::1]");

    private static final String PATH = "/v1/credentials";
    private static final String REQUEST_ID = "[" + EksAuthAnswers.REQUEST_ID + "]: ";
    private static final String UNUSABLE = "EKS Auth's answer cannot be used: ";
    private static final Instant LATER = Instant.parse("2100-01-01T00:00:00Z");

    private static final String LATE_TEXT = "EKS Auth has not answered in time; try again";
    private static final Refusal LATE = Refusal.of(503, "ServiceUnavailableException", LATE_TEXT);

    private ContractTable() {}

    /** All of it. */
    static Stream<Exchange> rows() {
        return Stream.of(successes(), hosts(), tokens(), paths(), methods(), errors(), garbage())
                .flatMap(rows -> rows);
    }

    /** A request that must always succeed, for a pod nobody has heard of. */
    static Exchange good() {
        return good("good");
    }

    /** A request that EKS Auth never answers. */
    static Exchange silent() {
        return upstream("silence", Answer.silence(), LATE);
    }

    /**
     * Asks as SDKs do: where EKS Auth was not done in time, the agent goes on, and the next request
     * gets what came of it.
     */
    static RawConnection.Answer ask(Callable<RawConnection.Answer> question) {
        return await().atMost(Duration.ofSeconds(30))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(100))
                .until(question, answer -> !isLate(answer));
    }

    private static boolean isLate(RawConnection.Answer answer) {
        return answer.status() == LATE.status() && answer.body().contains(LATE_TEXT);
    }

    /** Makes EKS Auth answer as the table says. */
    static void prepare(EksAuthPeer peer) {
        Stream.concat(rows(), Stream.of(silent()))
                .filter(row -> row.upstream() != null)
                .forEach(row -> peer.answer(row.serviceAccount(), row.upstream()));
    }

    private static Stream<Exchange> successes() {
        return Stream.of(
                good("credentials"),
                good("query string").asking(r -> r.target(PATH + "?a=b&c")),
                good("token with spaces around it").asking(r -> r.token("  " + r.token() + " ")),
                answered(
                        "exact body",
                        success(),
                        new Body(
                                """
                                {"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"a/b+c=","Token":"IQoJ//+=","AccountId":"210987654321","Expiration":"2100-01-01T00:00:00Z"}""")),
                answered(
                        "fraction of a second",
                        change(success(), "credentials", "expiration", 4102444800.789),
                        new Body(
                                """
                                {"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"a/b+c=","Token":"IQoJ//+=","AccountId":"210987654321","Expiration":"2100-01-01T00:00:00Z"}""")),
                answered(
                        "another partition",
                        change(
                                success(),
                                "assumedRoleUser",
                                "arn",
                                "arn:aws-us-gov:sts::000000000001:assumed-role/r/s"),
                        new Body(
                                """
                                {"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"a/b+c=","Token":"IQoJ//+=","AccountId":"000000000001","Expiration":"2100-01-01T00:00:00Z"}""")),
                answered(
                        "fields of a newer EKS Auth",
                        success().put("zone", new JsonObject().put("a", List.of(1))),
                        new Body(
                                """
                                {"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"a/b+c=","Token":"IQoJ//+=","AccountId":"210987654321","Expiration":"2100-01-01T00:00:00Z"}""")));
    }

    private static Stream<Exchange> hosts() {
        Stream<Exchange> allowed =
                Stream.of(
                                "127.0.0.1",
                                "127.0.0.1:{port}",
                                "127.0.0.1:80",
                                "127.0.0.2",
                                "[::1]",
                                "[::1]:{port}",
                                "169.254.170.23",
                                "169.254.170.23:80",
                                "[fd00:ec2::23]",
                                "[fd00:ec2::23]:80",
                                // As the SDKs for C, C++ and Kotlin send it.
                                "::1",
                                "::1:{port}",
                                "fd00:ec2::23")
                        .map(host -> good("host " + host).asking(r -> r.host(host)));
        Stream<Exchange> refused =
                Map.of(
                                "agent.example.com", "agent.example.com",
                                "agent.example.com:80", "agent.example.com",
                                "127.0.0.1.example.com", "127.0.0.1.example.com",
                                "localhost", "localhost",
                                "169.254.169.254:{port}", "169.254.169.254",
                                "[::2]:80", "::2",
                                "::2", "::2",
                                "127.0.0.1@example.com", "127.0.0.1@example.com")
                        .entrySet()
                        .stream()
                        .map(
                                host ->
                                        good("host " + host.getKey())
                                                .asking(r -> r.host(host.getKey()))
                                                .expecting(invalidAddress(host.getValue())));
        return Stream.of(
                        allowed,
                        refused,
                        Stream.of(
                                good("query string that is none")
                                        .asking(r -> r.target(PATH + "?%zz"))
                                        .expecting(invalid()),
                                good("another host as well")
                                        .asking(r -> r.host("127.0.0.1\r\nHost: example.com"))
                                        .expecting(invalid()),
                                good("the same host twice")
                                        .asking(r -> r.host("127.0.0.1\r\nhost: 127.0.0.1"))
                                        .expecting(invalid()),
                                good("another host in the target")
                                        .asking(r -> r.target("http://example.com" + PATH))
                                        .expecting(invalidAddress("example.com")),
                                good("a host with a user in the target")
                                        .asking(
                                                r ->
                                                        r.target(
                                                                "http://127.0.0.1@example.com"
                                                                        + PATH))
                                        .expecting(invalidAddress("127.0.0.1@example.com")),
                                good("no host in the target")
                                        .asking(r -> r.target("http://" + PATH))
                                        .expecting(invalidAddress("")),
                                good("another host beside the target's")
                                        .asking(
                                                r ->
                                                        r.host("example.com")
                                                                .target("http://127.0.0.1" + PATH))
                                        .expecting(invalidAddress("example.com")),
                                good("host in the target")
                                        .asking(r -> r.target("http://169.254.170.23:80" + PATH)),
                                good("no host")
                                        .asking(r -> r.host(null))
                                        .expecting(invalidAddress("")),
                                good("empty host")
                                        .asking(r -> r.host(""))
                                        .expecting(invalidAddress("")),
                                good("wrong host before missing token")
                                        .asking(r -> r.host("example.com").token(null))
                                        .expecting(invalidAddress("example.com"))))
                .flatMap(rows -> rows);
    }

    private static Refusal invalid() {
        return Refusal.of(400, "InvalidRequestException", "The request is not valid HTTP");
    }

    private static Refusal invalidAddress(String host) {
        return Refusal.of(
                403,
                "AccessDeniedException",
                "Access Denied. Called agent through invalid address, please use either"
                        + " [169.254.170.23 fd00:ec2::23 127.0.0.1 127.0.0.2 ::1] address not "
                        + host);
    }

    private static Stream<Exchange> tokens() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Instant past = now.minus(Duration.ofHours(1));
        Instant future = now.plus(Duration.ofHours(1));
        Refusal empty =
                Refusal.of(
                        400, "InvalidParameterException", "Service account token cannot be empty");
        String failed = "Service account token failed basic claim validations: ";
        String reread = ". The client must re-read its token file";
        return Stream.of(
                token("no token", null, empty),
                token("empty token", "", empty),
                token("two tokens", genuine("two").sign() + "\r\nAuthorization: a.b.c", invalid()),
                token("a token twice", "a.b.c\r\nauthorization: a.b.c", invalid()),
                token("blank token", "  ", empty),
                token("word", "hello", notParsed("an invalid number of segments: 1 instead of 3")),
                token("two segments", "a.b", notParsed("number of segments: 2 instead of 3")),
                token("five segments", "a.b.c.d.e", notParsed("segments: 5 instead of 3")),
                token("empty segments", "..", notParsed("is malformed")),
                token("three words", "x.y.z", notParsed("is malformed")),
                token(
                        "claims that are no JSON",
                        "eyJhbGciOiJSUzI1NiJ9.aGVsbG8.c2ln",
                        notParsed("is malformed")),
                token("bearer", "Bearer " + genuine("bearer").sign(), notParsed("\"Bearer\"")),
                token("basic", "Basic dXNlcjpwYXNz", notParsed("number of segments")),
                token(
                        "long token",
                        genuine("long").claim("padding", "x".repeat(20_000)).sign(),
                        notParsed("is malformed")),
                token(
                        "expired token",
                        genuine("expired").expiresAt(past).sign(),
                        Refusal.of(
                                400,
                                "ExpiredTokenException",
                                failed + "token is expired since " + past + reread)),
                token(
                        "token of the future",
                        genuine("future").notBefore(future).sign(),
                        Refusal.of(
                                400,
                                "InvalidTokenException",
                                failed
                                        + "token is not valid yet, but from "
                                        + future
                                        + ". Check the node's clock")));
    }

    private static Refusal notParsed(String problem) {
        return Refusal.like(
                400,
                "InvalidTokenException",
                "Service account token cannot be parsed: .*\\Q" + problem + "\\E.*");
    }

    private static Stream<Exchange> paths() {
        return Stream.of(
                        "/",
                        "/v1",
                        "/v1/",
                        "/v1/credentials/",
                        "/v1/credentials/x",
                        "//v1/credentials",
                        "/v1//credentials",
                        "/v1/./credentials",
                        "/v1/x/../credentials",
                        "/V1/credentials",
                        "/v1/%63redentials",
                        "/v1/credentials%2F",
                        "/v1/credentials;a=b",
                        "/v2/credentials",
                        "/healthz",
                        "/readyz",
                        "/health",
                        "/metrics",
                        "/q/health",
                        "/q/metrics",
                        "/latest/meta-data/")
                .map(
                        path ->
                                good("path " + path)
                                        .asking(r -> r.target(path))
                                        .expecting(
                                                Refusal.of(
                                                        404,
                                                        "ResourceNotFoundException",
                                                        "There is nothing here; credentials are at"
                                                                + " /v1/credentials")));
    }

    private static Stream<Exchange> methods() {
        Refusal wrong =
                Refusal.of(405, "InvalidRequestException", "Credentials are read with GET")
                        .allowing("GET");
        return Stream.concat(
                Stream.of("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
                        .map(
                                method ->
                                        good("method " + method)
                                                .asking(r -> r.method(method))
                                                .expecting(wrong)),
                Stream.of(
                        good("method POST with a body")
                                .asking(r -> r.method("POST").body("{\"token\":\"x\"}"))
                                .expecting(wrong)));
    }

    /** EKS Auth's errors: its own status, its own text, and what to do about it. */
    private static Stream<Exchange> errors() {
        return Stream.of(
                error(400, "InvalidRequestException", ""),
                error(400, "InvalidParameterException", ""),
                error(400, "AccessDeniedException", ". Check the trust policy of the role"),
                error(400, "InvalidTokenException", ". The token must be one of cluster dev"),
                error(400, "ExpiredTokenException", ". The client must re-read its token file"),
                error(
                        404,
                        "ResourceNotFoundException",
                        ". There is no pod identity association for service account"
                                + " shop/resourcenotfoundexception in cluster dev"),
                error(500, "InternalServerException", ""),
                error(503, "ServiceUnavailableException", ""),
                upstream(
                        "agent's own credentials refused",
                        EksAuthAnswers.error(403, "UnrecognizedClientException", "it says why"),
                        Refusal.like(
                                503,
                                "SignerRefused",
                                quoted(REQUEST_ID)
                                        + ".*\\(UnrecognizedClientException\\): it says why, fault:"
                                        + " client. EKS Auth refuses the agent itself.*")),
                upstream(
                        "node's token expired",
                        EksAuthAnswers.error(403, "ExpiredTokenException", "it says why"),
                        Refusal.like(
                                503,
                                "SignerRefused",
                                quoted(REQUEST_ID)
                                        + ".*EKS Auth refuses the agent itself, not the pod.*")),
                error(418, "TeapotException", ""),
                upstream(
                        "error without a type",
                        EksAuthAnswers.of(400, "application/json", "{\"message\":\"odd\"}"),
                        Refusal.like(400, "Unknown", quoted(REQUEST_ID) + ".*, fault: client")),
                upstream(
                        "error as a page",
                        EksAuthAnswers.of(502, "text/html", "<html>Bad Gateway</html>"),
                        Refusal.like(502, "Unknown", quoted(REQUEST_ID) + ".*, fault: server")),
                upstream(
                        "error without a body",
                        EksAuthAnswers.of(500, "application/json", ""),
                        Refusal.like(500, "Unknown", quoted(REQUEST_ID) + ".*, fault: server")),
                upstream(
                        "redirect",
                        EksAuthAnswers.of(302, "text/plain", "", "Location: http://127.0.0.1:1/"),
                        Refusal.like(502, "InvalidResponse", quoted(REQUEST_ID) + ".*302.*")));
    }

    /** Answers with status 200 that hold no credentials. */
    private static Stream<Exchange> garbage() {
        Stream<Exchange> missing =
                Stream.of(
                                "subject",
                                "subject.namespace",
                                "subject.serviceAccount",
                                "podIdentityAssociation",
                                "podIdentityAssociation.associationArn",
                                "podIdentityAssociation.associationId",
                                "assumedRoleUser",
                                "assumedRoleUser.arn",
                                "credentials",
                                "credentials.accessKeyId",
                                "credentials.secretAccessKey",
                                "credentials.sessionToken",
                                "credentials.expiration")
                        .map(
                                part ->
                                        unusable(
                                                "no " + part,
                                                without(success(), part).encode(),
                                                ".*is missing"));
        Stream<Exchange> wrong =
                Stream.of(
                        unusable("answer []", "[]", ".*is missing"),
                        unusable("answer {}", "{}", ".*is missing"),
                        unreadable("answer null", "null"),
                        unreadable("answer text", "\"text\""),
                        unusable("answer nothing", "", ".*is missing"),
                        unreadable("answer words", "credentials: none"),
                        unreadable("answer half", success().encode().substring(0, 150)),
                        unusable(
                                "expired credentials",
                                change(success(), "credentials", "expiration", 1_000_000_000)
                                        .encode(),
                                "its credentials expired at 2001-09-09T01:46:40Z.*"),
                        unreadable(
                                "expiration as text",
                                change(success(), "credentials", "expiration", "tomorrow")
                                        .encode()),
                        unusable(
                                "an ARN without an account",
                                change(success(), "assumedRoleUser", "arn", "arn:aws:sts:::x")
                                        .encode(),
                                "assumedRoleUser.arn is not the ARN of a role"),
                        upstream(
                                "answer a page",
                                EksAuthAnswers.of(200, "text/html", "<html>Welcome</html>"),
                                unreadable()),
                        upstream("answer broken off", EksAuthAnswers.brokenOff(), unreadable()),
                        upstream(
                                "no answer",
                                Answer.none(),
                                Refusal.like(503, "ServiceUnavailableException", "EKS Auth .*")));
        return Stream.concat(missing, wrong);
    }

    static Exchange good(String name) {
        return upstream(name, null, new Credentials(EksAuthPeer.ACCOUNT));
    }

    private static Exchange answered(String name, JsonObject answer, Expected expected) {
        return upstream(name, EksAuthAnswers.json(answer.encode()), expected);
    }

    private static Exchange token(String name, @Nullable String token, Expected expected) {
        return good(name).asking(request -> request.token(token)).expecting(expected);
    }

    private static Exchange error(int status, String type, String remedy) {
        return upstream(
                type,
                EksAuthAnswers.error(status, type, "EKS Auth's words"),
                Refusal.like(
                        status,
                        type,
                        quoted(
                                        REQUEST_ID
                                                + "("
                                                + type
                                                + "): EKS Auth's words, fault: "
                                                + (status < 500 ? "client" : "server")
                                                + remedy)
                                + (remedy.isEmpty() ? "" : ".*")));
    }

    private static Exchange unusable(String name, String answer, String problem) {
        return upstream(name, EksAuthAnswers.json(answer), unusable(problem));
    }

    private static Refusal unusable(String problem) {
        return Refusal.like(502, "InvalidResponse", quoted(REQUEST_ID + UNUSABLE) + problem);
    }

    private static Exchange unreadable(String name, String answer) {
        return upstream(name, EksAuthAnswers.json(answer), unreadable());
    }

    private static Refusal unreadable() {
        return unusable("it cannot be read.*");
    }

    private static Exchange upstream(String name, @Nullable Answer answer, Expected expected) {
        Exchange row =
                new Exchange(
                        name,
                        new Request("GET", PATH, "127.0.0.1:{port}", null, ""),
                        answer,
                        expected);
        return row.asking(request -> request.token(genuine(row.serviceAccount()).sign()));
    }

    private static TestTokens genuine(String serviceAccount) {
        String uid = UUID.randomUUID().toString();
        return TestTokens.at(Instant.now().minusSeconds(60))
                .pod("shop", serviceAccount, serviceAccount + "-0", uid);
    }

    private static JsonObject success() {
        return new JsonObject()
                .put(
                        "subject",
                        new JsonObject().put("namespace", "shop").put("serviceAccount", "orders"))
                .put("audience", TestTokens.AUDIENCE)
                .put(
                        "podIdentityAssociation",
                        new JsonObject().put("associationArn", "arn").put("associationId", "a-1"))
                .put(
                        "assumedRoleUser",
                        new JsonObject()
                                .put("arn", "arn:aws:sts::210987654321:assumed-role/r/s")
                                .put("assumeRoleId", "AROA:s"))
                .put(
                        "credentials",
                        new JsonObject()
                                .put("accessKeyId", "ASIAEXAMPLE")
                                .put("secretAccessKey", "a/b+c=")
                                .put("sessionToken", "IQoJ//+=")
                                .put("expiration", LATER.getEpochSecond()));
    }

    private static JsonObject change(JsonObject answer, String part, String field, Object value) {
        answer.getJsonObject(part).put(field, value);
        return answer;
    }

    private static JsonObject without(JsonObject answer, String path) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            answer.remove(path);
        } else {
            answer.getJsonObject(path.substring(0, dot)).remove(path.substring(dot + 1));
        }
        return answer;
    }

    private static String quoted(String text) {
        return "\\Q" + text + "\\E";
    }
}
