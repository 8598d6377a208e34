package io.podidentity.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.podidentity.agent.eksauth.EksAuthTrial;
import io.podidentity.agent.eksauth.EksAuthTrial.Signer;
import io.podidentity.agent.eksauth.EksAuthTrial.Verdict;
import io.podidentity.aws.NoCredentialsException;
import io.podidentity.aws.SdkSettings;
import io.podidentity.outbound.HttpCall;
import io.podidentity.outbound.Reach;
import io.podidentity.token.TokenRules;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/** The way to EKS Auth, and what it thinks of the agent. */
final class EksAuthChecks {

    /** AWS refuses signatures that are five minutes off; a clock this far off is drifting. */
    private static final Duration MAX_SKEW = Duration.ofSeconds(60);

    private static final String SETTINGS = "the region and the other settings of AWS";

    private final NodeSettings settings;
    private final Clock clock;
    private final Once<EksAuthTrial> trial;
    private final Once<Signer> signer;

    EksAuthChecks(NodeSettings settings, Map<String, String> environment, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.trial =
                new Once<>(
                        () -> {
                            SdkSettings.apply(environment);
                            return new EksAuthTrial(settings.agent(), environment, clock);
                        });
        this.signer = new Once<>(() -> trial.needed(SETTINGS).signer());
    }

    List<Check> all() {
        return List.of(
                new Check("region", () -> Finding.ok(trial.get().region())),
                new Check("signing credentials", this::credentials),
                new Check("signing identity", this::identity),
                new Check("instance metadata", this::metadata),
                new Check("EKS Auth", this::reach),
                new Check("clock", this::time),
                new Check("permission", this::permission));
    }

    private Finding credentials() throws Exception {
        try {
            Signer found = signer.get();
            return Finding.ok(
                    found.origin()
                            + (found.keyEnd().isEmpty() ? "" : ", key ending in " + found.keyEnd())
                            + found.expires().map(until -> ", until " + until).orElse(""));
        } catch (NoCredentialsException e) {
            return Finding.fail(
                    String.valueOf(e.getMessage()),
                    "give the node a role, or the agent a profile, keys or a web identity");
        }
    }

    private Finding identity() throws InterruptedException {
        Signer found = signer.needed("signing credentials");
        try {
            return Finding.ok(trial.needed(SETTINGS).identity(found));
        } catch (IOException | RuntimeException e) {
            // Nothing needs STS here.
            return Finding.skipped("STS does not say (" + e.getClass().getSimpleName() + ")");
        }
    }

    /** The answer holds a token, which is dropped unread. */
    private Finding metadata() throws InterruptedException {
        if (!trial.needed(SETTINGS).signsAsInstance()) {
            return Finding.skipped("the signing credentials come from elsewhere");
        }
        if (Boolean.getBoolean("aws.disableEc2Metadata")) {
            return Finding.fail(
                    "AWS_EC2_METADATA_DISABLED is set, and there is no other origin",
                    "unset it, or configure other credentials");
        }
        String place =
                System.getProperty("aws.ec2MetadataServiceEndpoint", "http://169.254.169.254");
        try {
            int status =
                    Http.send(
                                    "PUT",
                                    URI.create(place).resolve("/latest/api/token"),
                                    Map.of("X-aws-ec2-metadata-token-ttl-seconds", List.of("60")))
                            .status();
            return status == 200
                    ? Finding.ok("reached at " + place)
                    : Finding.fail(
                            place + " answers with status " + status,
                            "see whether the instance's metadata service is enabled");
        } catch (IOException e) {
            return Finding.fail(
                    place + ": " + Report.text(e),
                    "where this does not run on the host's network, raise the instance's hop limit"
                            + " (HttpPutResponseHopLimit) to 2; else enable its metadata service");
        }
    }

    private Finding reach() throws InterruptedException {
        EksAuthTrial auth = trial.needed(SETTINGS);
        String host = auth.endpoint().getHost();
        Optional<String> proxy = auth.proxy();
        String way = host + proxy.map(each -> " through the proxy " + each).orElse("");
        try {
            Reach reach = auth.reach();
            String addresses =
                    reach.addresses().stream()
                            .map(InetAddress::getHostAddress)
                            .collect(Collectors.joining(", "));
            return Finding.ok(
                    "%s (%s), %s"
                            .formatted(
                                    way,
                                    addresses,
                                    reach.issuer() == null
                                            ? "without TLS"
                                            : "certificate by " + reach.issuer()));
        } catch (UnknownHostException e) {
            return Finding.fail(
                    way + ": no address (" + e.getMessage() + ")",
                    "mend the node's DNS; in a private subnet, make a VPC endpoint for eks-auth");
        } catch (SSLException e) {
            return Finding.fail(
                    "%s: TLS fails (%s); the certificate is by %s"
                            .formatted(
                                    way,
                                    Report.text(e),
                                    auth.presentedIssuer().orElse("nobody that was seen")),
                    "if that is your proxy's authority, name its PEM file as AWS_CA_BUNDLE; else"
                            + " find what stands between");
        } catch (IOException e) {
            return Finding.fail(
                    way + ": no connection (" + Report.text(e) + ")",
                    proxy.isPresent()
                            ? "see what the proxy allows, or name " + host + " in NO_PROXY"
                            : "see routes, security groups, the VPC endpoint's policy and whether"
                                    + " HTTPS_PROXY is needed");
        }
    }

    private Finding time() throws InterruptedException {
        EksAuthTrial auth = trial.needed(SETTINGS);
        try {
            Instant before = clock.instant();
            Map<String, List<String>> headers =
                    auth.http().send(new HttpCall("GET", auth.endpoint(), Map.of(), "")).headers();
            Duration half = Duration.between(before, clock.instant()).dividedBy(2);
            return headers.entrySet().stream()
                    .filter(header -> "Date".equalsIgnoreCase(header.getKey()))
                    .findFirst()
                    .map(date -> time(before.plus(half), date.getValue().getFirst()))
                    .orElseGet(() -> Finding.skipped("EKS Auth does not say the time"));
        } catch (IOException e) {
            return Finding.skipped("needs EKS Auth");
        }
    }

    private static Finding time(Instant here, String date) {
        try {
            Instant there = DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
            Duration off = Duration.between(there, here);
            String seen =
                    off.abs().toSeconds()
                            + " s "
                            + (off.isNegative() ? "behind" : "ahead of")
                            + " EKS Auth's";
            return off.abs().compareTo(MAX_SKEW) > 0
                    ? Finding.fail(seen, "set the node's clock (chrony, the hypervisor's clock)")
                    : Finding.ok(seen);
        } catch (DateTimeException e) {
            return Finding.skipped("EKS Auth does not say the time");
        }
    }

    /** EKS Auth says whether it accepts the signer before it looks at the token. */
    private Finding permission() throws InterruptedException {
        if (!settings.clusterKnown()) {
            return Finding.skipped("needs the cluster's name; give --cluster-name");
        }
        signer.needed("signing credentials");
        Verdict verdict = trial.needed(SETTINGS).ask(madeUpToken());
        if (verdict.accepted()) {
            return Finding.ok(
                    "EKS Auth accepts the agent, and refuses a token made up for this, as it must");
        }
        return Finding.fail(
                verdict.seen(),
                verdict.remedy().isEmpty()
                        ? "see the checks of EKS Auth, the region and the cluster's name ("
                                + settings.agent().clusterName()
                                + ")"
                        : verdict.remedy());
    }

    /** Shaped as a pod's, so that only its signature is wrong. */
    private String madeUpToken() {
        String claims =
                """
                {"aud":["%s"],"iss":"https://doctor.invalid","sub":"system:serviceaccount:doctor:doctor",\
                "exp":%d}"""
                        .formatted(
                                TokenRules.EKS_AUDIENCE,
                                clock.instant().plusSeconds(60).getEpochSecond());
        return encoded("{\"alg\":\"RS256\",\"kid\":\"doctor\"}")
                + "."
                + encoded(claims)
                + "."
                + encoded("made up by pod-identity-agent doctor");
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }
}
