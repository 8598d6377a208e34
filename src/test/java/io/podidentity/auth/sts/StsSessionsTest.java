package io.podidentity.auth.sts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.podidentity.auth.associations.Grant;
import io.podidentity.auth.associations.Metadata;
import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.associations.Subject;
import io.podidentity.auth.exchange.ErrorType;
import io.podidentity.auth.exchange.Issuance;
import io.podidentity.auth.exchange.Refusal;
import io.podidentity.auth.exchange.Session;
import io.podidentity.harness.TestTokens;
import io.podidentity.token.ServiceAccountToken;
import io.podidentity.token.TokenReader;
import io.podidentity.token.TokenReading.Current;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.StsException;
import software.amazon.awssdk.services.sts.model.Tag;

/** What STS is asked, and what comes of its answers. */
class StsSessionsTest {

    private static final UUID NAME = UUID.fromString("11111111-2222-4333-8444-555555555555");
    private static final String ROLE = "arn:aws:iam::123456789012:role/orders";
    private static final String TARGET = "arn:aws:iam::210987654321:role/far";

    private final List<AssumeRoleRequest> asked = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private Function<AssumeRoleRequest, AssumeRoleResponse> answers = StsSessionsTest::session;
    private final StsSessions sessions =
            new StsSessions(this::answer, "eu-west-1", () -> NAME, nanos::get);

    @Test
    void asksForTheRoleWithTagsThatGoOnThroughChains() {
        Session session = (Session) sessions.issue(association(null), token());

        AssumeRoleRequest request = asked.getFirst();
        assertThat(asked).hasSize(1);
        assertThat(request.roleArn()).isEqualTo(ROLE);
        assertThat(request.roleSessionName()).isEqualTo("eks-dev-orders-7d4b-" + NAME);
        assertThat(request.durationSeconds()).isEqualTo(6 * 3600);
        assertThat(request.policy()).isNull();
        assertThat(request.externalId()).isNull();
        assertThat(tags(request))
                .containsOnly(
                        entry("eks-cluster-arn", "arn:aws:eks:eu-west-1:123456789012:cluster/dev"),
                        entry("eks-cluster-name", "dev"),
                        entry("kubernetes-namespace", "shop"),
                        entry("kubernetes-service-account", "orders"),
                        entry("kubernetes-pod-name", "orders-7d4b"),
                        entry("kubernetes-pod-uid", "0b5c1a52-2d6a-4f0e-9d55-3c1d6f1c0001"));
        assertThat(request.transitiveTagKeys())
                .containsExactlyInAnyOrderElementsOf(tags(request).keySet());
        assertThat(session.assumedRoleArn()).endsWith("/orders/" + request.roleSessionName());
    }

    @Test
    void leavesTagsOutWhereTheyAreTurnedOffAndPassesThePolicy() {
        var _ =
                sessions.issue(
                        association(new Grant(ROLE, null, true, "{\"Version\":\"2012-10-17\"}")),
                        token());

        assertThat(asked.getFirst().hasTags()).isFalse();
        assertThat(asked.getFirst().hasTransitiveTagKeys()).isFalse();
        assertThat(asked.getFirst().policy()).isEqualTo("{\"Version\":\"2012-10-17\"}");
    }

    @Test
    void assumesTheTargetWithTheFirstSessionAndAnExternalId() {
        Session session =
                (Session)
                        sessions.issue(
                                association(new Grant(ROLE, TARGET, true, "{\"a\":1}")), token());

        assertThat(asked).extracting(AssumeRoleRequest::roleArn).containsExactly(ROLE, TARGET);
        assertThat(asked).extracting(AssumeRoleRequest::durationSeconds).containsOnly(3600);
        assertThat(asked.get(0).policy()).isNull();
        AssumeRoleRequest second = asked.get(1);
        assertThat(second.externalId()).isEqualTo("eu-west-1/123456789012/dev/shop/orders");
        assertThat(second.policy()).isEqualTo("{\"a\":1}");
        assertThat(second.hasTags()).isFalse();
        assertThat(second.overrideConfiguration().orElseThrow().credentialsProvider().orElseThrow())
                .satisfies(
                        signing ->
                                assertThat(signing.resolveCredentials())
                                        .isEqualTo(
                                                AwsSessionCredentials.create(
                                                        "id of orders", "secret", "token")));
        assertThat(session.accessKeyId()).isEqualTo("id of far");
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4", "5", "6", "12"})
    void sessionIsAsLongAsTheRoleAllows(int hours) {
        answers = atMost(hours, "the MaxSessionDuration set for this role");

        assertThat(sessions.issue(association(null), token())).isInstanceOf(Session.class);

        int longest = Math.min(hours, 6);
        assertThat(lastGranted(hours)).isEqualTo(longest * 3600);
        assertThat(asked).hasSizeLessThanOrEqualTo(4);

        asked.clear();
        var _ = sessions.issue(association(null), token());
        assertThat(asked)
                .extracting(AssumeRoleRequest::durationSeconds)
                .containsOnly(longest * 3600);
        assertThat(asked).hasSize(1);
    }

    @Test
    void longerSessionIsTriedAgainAfterAnHour() {
        answers = atMost(1, "the MaxSessionDuration set for this role");
        var _ = sessions.issue(association(null), token());
        answers = StsSessionsTest::session;
        nanos.addAndGet(Duration.ofMinutes(61).toNanos());
        asked.clear();

        var _ = sessions.issue(association(null), token());

        assertThat(asked).extracting(AssumeRoleRequest::durationSeconds).containsExactly(6 * 3600);
    }

    @Test
    void sessionOfAServiceThatIsASessionItselfLastsAnHour() {
        answers = atMost(1, "the 1 hour session limit for roles assumed by role chaining");

        assertThat(sessions.issue(association(null), token())).isInstanceOf(Session.class);

        assertThat(asked)
                .extracting(AssumeRoleRequest::durationSeconds)
                .containsExactly(21600, 3600);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | AccessDenied                | ACCESS_DENIED",
                "403 | AccessDeniedException       | ACCESS_DENIED",
                "400 | PackedPolicyTooLarge        | INVALID_REQUEST",
                "400 | MalformedPolicyDocument     | INVALID_REQUEST",
                "400 | ValidationError             | INVALID_REQUEST",
                "403 | RegionDisabledException     | INVALID_REQUEST",
                "404 | NoSuchEntity                | RESOURCE_NOT_FOUND",
                "400 | Throttling                  | THROTTLING",
                "429 | TooManyRequestsException    | THROTTLING",
                "403 | ExpiredToken                | SERVICE_UNAVAILABLE",
                "403 | InvalidClientTokenId        | SERVICE_UNAVAILABLE",
                "403 | SignatureDoesNotMatch       | SERVICE_UNAVAILABLE",
                "500 | InternalFailure             | SERVICE_UNAVAILABLE",
                "503 | ServiceUnavailable          | SERVICE_UNAVAILABLE",
            })
    void errorsOfStsBecomeThoseOfEksAuth(int status, String code, ErrorType type) {
        answers =
                request -> {
                    throw StsFailures.of(error(status, code, "the words of STS"), ROLE);
                };

        Issuance issuance = sessions.issue(association(null), token());

        assertThat(issuance)
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.type()).isEqualTo(type));
    }

    @Test
    void unreachableStsIsUnavailableAndItsCauseIsNotQuoted() {
        answers =
                request -> {
                    throw StsFailures.of(
                            SdkClientException.create(
                                    "inner words", new java.net.ConnectException("more words")),
                            ROLE);
                };

        assertThat(sessions.issue(association(null), token()))
                .isEqualTo(
                        new Refusal(
                                ErrorType.SERVICE_UNAVAILABLE,
                                "STS cannot be reached: ConnectException"));
    }

    private AssumeRoleResponse answer(AssumeRoleRequest request) {
        asked.add(request);
        return answers.apply(request);
    }

    private int lastGranted(int hours) {
        return asked.stream()
                .mapToInt(AssumeRoleRequest::durationSeconds)
                .filter(seconds -> seconds <= hours * 3600)
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private static Function<AssumeRoleRequest, AssumeRoleResponse> atMost(int hours, String limit) {
        return request -> {
            if (request.durationSeconds() > hours * 3600) {
                throw StsFailures.of(
                        error(
                                400,
                                "ValidationError",
                                "The requested DurationSeconds exceeds " + limit),
                        ROLE);
            }
            return session(request);
        };
    }

    private static StsException error(int status, String code, String message) {
        return (StsException)
                StsException.builder()
                        .statusCode(status)
                        .awsErrorDetails(
                                AwsErrorDetails.builder()
                                        .errorCode(code)
                                        .errorMessage(message)
                                        .build())
                        .build();
    }

    private static AssumeRoleResponse session(AssumeRoleRequest request) {
        String role = request.roleArn().substring(request.roleArn().lastIndexOf('/') + 1);
        return AssumeRoleResponse.builder()
                .credentials(
                        c ->
                                c.accessKeyId("id of " + role)
                                        .secretAccessKey("secret")
                                        .sessionToken("token")
                                        .expiration(Instant.EPOCH))
                .assumedRoleUser(
                        u ->
                                u.arn(
                                                "arn:aws:sts::123456789012:assumed-role/%s/%s"
                                                        .formatted(role, request.roleSessionName()))
                                        .assumedRoleId("AROA:" + request.roleSessionName()))
                .build();
    }

    private static Map<String, String> tags(AssumeRoleRequest request) {
        return request.tags().stream().collect(Collectors.toMap(Tag::key, Tag::value));
    }

    private static RoleAssociation association(@Nullable Grant grant) {
        return new RoleAssociation(
                new Subject("dev", "shop", "orders"),
                grant == null ? new Grant(ROLE, null, false, null) : grant,
                new Metadata(Map.of(), null, null, null));
    }

    private static ServiceAccountToken token() {
        Instant now = Instant.now();
        return ((Current)
                        new TokenReader(Clock.systemUTC())
                                .read(TestTokens.at(now.minusSeconds(5)).sign()))
                .token();
    }
}
