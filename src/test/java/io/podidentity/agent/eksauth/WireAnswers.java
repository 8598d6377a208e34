package io.podidentity.agent.eksauth;

import io.podidentity.agent.eksauth.EksAuthPeer.Script;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** EKS Auth's answers as they stand on the wire. */
public final class WireAnswers {

    /** Six hours from when the tests began, by the clock that the application runs on. */
    @SuppressWarnings("TimeInStaticInitializer")
    static final Instant EXPIRES =
            Instant.now().plus(6, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);

    /** AWS accepts signatures that old. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    private static final DateTimeFormatter SIGNING_TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssX", Locale.ROOT);

    private WireAnswers() {}

    /** A whole success. */
    public static Script issued() {
        return ok(body());
    }

    /** The body of a success. */
    static String body() {
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

    /** 200 with any body. */
    static Script ok(String body) {
        return http(200, "Content-Type: application/json\r\nx-amzn-RequestId: req-1", body);
    }

    /** A typed error. */
    public static Script error(int status, String code, String message) {
        return error(status, code, message, "");
    }

    /** A typed error with further headers, each ended by a line break. */
    static Script error(int status, String code, String message, String headers) {
        return http(
                status,
                headers
                        + "Content-Type: application/json\r\nx-amzn-RequestId: req-1\r\n"
                        + "x-amzn-ErrorType: "
                        + code,
                "{\"message\":\"" + message + "\"}");
    }

    /** A success for requests signed about the peer's time, else an error; both say the time. */
    static Script signedAbout(Clock clock, int status, String code) {
        return (request, out) -> {
            Instant now = clock.instant();
            Instant signed = SIGNING_TIME.parse(request.headers().get("x-amz-date"), Instant::from);
            boolean near = Duration.between(signed, now).abs().compareTo(SKEW) < 0;
            String date =
                    "Date: "
                            + DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                    now.atOffset(ZoneOffset.UTC));
            Script answer =
                    near
                            ? http(200, date + "\r\nContent-Type: application/json", body())
                            : error(status, code, "Signature expired", date + "\r\n");
            return answer.answer(request, out);
        };
    }

    /** Any status, headers and body. */
    static Script http(int status, String headers, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return raw(
                "HTTP/1.1 %d Text\r\n%s\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(status, headers, bytes.length, body));
    }

    /** Any bytes. */
    static Script raw(String text) {
        return (request, out) -> {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return true;
        };
    }
}
