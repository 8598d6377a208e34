package io.podidentity.harness;

import io.podidentity.harness.HttpPeer.Answer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.stream.Stream;

/** EKS Auth's answers as they stand on the wire. */
public final class EksAuthAnswers {

    public static final String REQUEST_ID = "8a8c6f5e-0000-4000-8000-000000000001";

    /** Six hours from when the tests began, by the clock that the application runs on. */
    @SuppressWarnings("TimeInStaticInitializer")
    public static final Instant EXPIRES =
            Instant.now().plus(6, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);

    /** AWS accepts signatures that old. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    private static final DateTimeFormatter SIGNING_TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssX", Locale.ROOT);

    private EksAuthAnswers() {}

    /** A whole success. */
    public static Answer issued() {
        return json(body());
    }

    /** The body of a success. */
    public static String body() {
        return """
        {"subject":{"namespace":"shop","serviceAccount":"orders"},
         "audience":"pods.eks.amazonaws.com",
         "podIdentityAssociation":{
           "associationArn":"arn:aws:eks:eu-west-1:123456789012:podidentityassociation/shop/a-1",
           "associationId":"a-1"},
         "assumedRoleUser":{
           "arn":"arn:aws:sts::123456789012:assumed-role/orders/eks-shop-orders",
           "assumeRoleId":"AROA:eks-shop-orders"},
         "credentials":{"accessKeyId":"ASIAEXAMPLE","secretAccessKey":"secret-key",
           "sessionToken":"session-token","expiration":%d}}
        """
                .formatted(EXPIRES.getEpochSecond());
    }

    /** Status 200 and a body that says it is JSON. */
    public static Answer json(String body) {
        return of(200, "application/json", body);
    }

    /** Any status and body. */
    public static Answer of(int status, String contentType, String body, String... headers) {
        return Answer.of(
                status,
                body,
                Stream.concat(
                                Stream.of(headers),
                                Stream.of(
                                        "Content-Type: " + contentType,
                                        "x-amzn-RequestId: " + REQUEST_ID))
                        .toArray(String[]::new));
    }

    /** An error as AWS writes it; further headers as {@code Name: value}. */
    public static Answer error(int status, String type, String message, String... headers) {
        return of(
                status,
                "application/json",
                "{\"message\":\"" + message + "\"}",
                Stream.concat(Stream.of(headers), Stream.of("x-amzn-ErrorType: " + type))
                        .toArray(String[]::new));
    }

    /** Closes the connection in the middle of the answer. */
    public static Answer brokenOff() {
        return Answer.raw(
                        "HTTP/1.1 200 OK\r\nContent-Length: 500\r\nx-amzn-RequestId: "
                                + REQUEST_ID
                                + "\r\n\r\n{\"credentials\":")
                .thenClose();
    }

    /** A success for requests signed about the peer's time, else an error; both say the time. */
    public static Answer signedAbout(Clock clock, int status, String type) {
        return (request, out) -> {
            Instant now = clock.instant();
            Instant signed = SIGNING_TIME.parse(request.header("X-Amz-Date"), Instant::from);
            boolean near = Duration.between(signed, now).abs().compareTo(SKEW) < 0;
            String date =
                    "Date: "
                            + DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                    now.atOffset(ZoneOffset.UTC));
            Answer answer =
                    near
                            ? of(200, "application/json", body(), date)
                            : error(status, type, "Signature expired", date);
            return answer.to(request, out);
        };
    }
}
