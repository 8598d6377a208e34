package io.podidentity.harness;

import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.HttpPeer.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** STS on a loopback port: whoever asks is somebody, and gets a session; remembers who signed. */
public final class StsPeer implements AutoCloseable {

    /** Whom every caller is told to be. */
    public static final String ARN = "arn:aws:sts::123456789012:assumed-role/node/s";

    private static final String IDENTITY =
            "<Arn>" + ARN + "</Arn><UserId>AROA:s</UserId><Account>123456789012</Account>";
    private static final Pattern SIGNER = Pattern.compile("Credential=([^/]+)/");
    private static final Pattern ACTION = Pattern.compile("(?:^|&)Action=(\\w+)");

    private final Queue<Answer> next = new ConcurrentLinkedQueue<>();
    private final Answer asSts;
    private final HttpPeer peer;

    /**
     * @param accessKeyId of the sessions it gives
     */
    public StsPeer(String accessKeyId) {
        asSts = as(accessKeyId);
        peer = new HttpPeer().answer(this::answer);
    }

    /** Answers as STS does, with sessions of this access key. */
    public static Answer as(String accessKeyId) {
        return (request, out) -> {
            Matcher action = ACTION.matcher(request.body());
            String name = action.find() ? action.group(1) : "none";
            String result = name.equals("GetCallerIdentity") ? IDENTITY : session(accessKeyId);
            return Answer.of(
                            200,
                            """
                            <%1$sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\
                            <%1$sResult>%2$s</%1$sResult><ResponseMetadata>\
                            <RequestId>8a8c6f5e-0000-4000-8000-000000000002</RequestId>\
                            </ResponseMetadata></%1$sResponse>"""
                                    .formatted(name, result),
                            "Content-Type: text/xml")
                    .to(request, out);
        };
    }

    private static String session(String accessKeyId) {
        return """
        <Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
        <SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
        <AssumedRoleUser><Arn>%s</Arn><AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser>"""
                .formatted(accessKeyId, ARN);
    }

    /** Forgets what arrived, and fails so often with these; then it answers as STS does again. */
    public void fail(int... statuses) {
        peer.reset().answer(this::answer);
        next.clear();
        for (int status : statuses) {
            next.add(error(status));
        }
    }

    private static Answer error(int status) {
        String code =
                switch (status) {
                    case 400 -> "Throttling";
                    case 403 -> "AccessDenied";
                    default -> "InternalFailure";
                };
        return Answer.of(
                status,
                "<ErrorResponse><Error><Code>%s</Code><Message>words</Message></Error></ErrorResponse>"
                        .formatted(code),
                "Content-Type: text/xml");
    }

    public URI endpoint() {
        return peer.address();
    }

    /** What arrived so far. */
    public List<Call> calls() {
        return peer.requests().stream().map(Call::of).toList();
    }

    private boolean answer(Request request, OutputStream out)
            throws IOException, InterruptedException {
        Answer told = next.poll();
        return (told == null ? asSts : told).to(request, out);
    }

    @Override
    public void close() {
        peer.close();
    }

    /** What somebody asked, and with which credentials it was signed. */
    public record Call(String accessKeyId, String sessionToken, String body, Instant at) {

        private static Call of(Request request) {
            Matcher signer = SIGNER.matcher(request.header("Authorization"));
            return new Call(
                    signer.find() ? signer.group(1) : "nobody",
                    request.header("X-Amz-Security-Token"),
                    request.body(),
                    request.at());
        }
    }
}
