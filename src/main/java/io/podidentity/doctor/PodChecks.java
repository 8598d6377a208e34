package io.podidentity.doctor;

import io.podidentity.aws.CallerIdentity;
import io.podidentity.aws.CredentialsChoice;
import io.podidentity.aws.SdkSettings;
import io.podidentity.config.InvalidSettingException;
import io.podidentity.config.WellKnown;
import io.podidentity.outbound.HttpAnswer;
import io.podidentity.outbound.HttpClient;
import io.podidentity.outbound.Proxies;
import io.podidentity.tls.Trust;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jose4j.json.JsonUtil;
import org.jose4j.lang.JoseException;

/** What is looked at in a pod. */
public final class PodChecks {

    private static final String URI_VARIABLE = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

    /** Where the variables are not those that a pod with an association has. */
    static final String RESTART =
            "associate the service account with a role, and then make the pod anew: the variables"
                    + " are set when a pod is made";

    private static final int MAX_TEXT = 500;
    private static final Duration STS_TIMEOUT = Duration.ofSeconds(3);

    private final PodSurroundings pod;
    private final boolean sts;
    private final Once<URI> address;
    private final PodToken token;
    private final Once<HttpAnswer> answer;
    private final Once<Boolean> settings;

    private PodChecks(PodSurroundings pod, Clock clock, boolean sts) {
        this.pod = pod;
        this.sts = sts;
        this.address = new Once<>(() -> URI.create(pod.needed(URI_VARIABLE)));
        this.token = new PodToken(pod, clock);
        this.answer =
                new Once<>(
                        () ->
                                Http.send(
                                        "GET",
                                        address.needed(URI_VARIABLE),
                                        Map.of("Authorization", List.of(token.needed()))));
        this.settings =
                new Once<>(
                        () -> {
                            SdkSettings.apply(pod.sdkEnvironment());
                            return true;
                        });
    }

    /**
     * All of them.
     *
     * @param sts whether it matters that STS knows the session
     */
    public static List<Check> of(PodSurroundings pod, Clock clock, boolean sts) {
        PodChecks checks = new PodChecks(pod, clock, sts);
        return List.of(
                new Check("variables", checks::variables),
                new Check("earlier credentials", checks::earlier),
                new Check("token file", checks.token::look),
                new Check("proxy", checks::proxy),
                new Check("agent", checks::agent),
                new Check("agent over IPv4", () -> checks.other(WellKnown.IPV4_ADDRESS)),
                new Check(
                        "agent over IPv6", () -> checks.other("[" + WellKnown.IPV6_ADDRESS + "]")),
                new Check("its answer", checks::answer),
                new Check("STS", checks::identity));
    }

    private Finding variables() {
        List<String> missing =
                Stream.of(URI_VARIABLE, PodToken.VARIABLE)
                        .filter(name -> pod.variable(name).isEmpty())
                        .toList();
        if (!missing.isEmpty()) {
            return Finding.fail(String.join(" and ", missing) + " not set", RESTART);
        }
        URI uri;
        try {
            uri = address.get();
        } catch (Exception e) {
            return Finding.fail(URI_VARIABLE + " is no URL", RESTART);
        }
        return uri.getHost() == null || !"http".equals(uri.getScheme())
                ? Finding.fail(URI_VARIABLE + " is not the URL of an agent", RESTART)
                : Finding.ok(
                        "%s, token in %s".formatted(uri, pod.variable(PodToken.VARIABLE).get()));
    }

    /** What SDKs look at before the container provider; the order is each SDK's own. */
    private Finding earlier() throws Exception {
        List<String> winners = new ArrayList<>();
        List<String> remedies = new ArrayList<>();
        for (Earlier each : Earlier.values()) {
            if (each.variables().stream().allMatch(name -> pod.variable(name).isPresent())) {
                winners.add(each.text());
                remedies.add(each.remedy());
            }
        }
        if (Stream.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
                .anyMatch(name -> pod.variable(name).orElse("").contains("-Daws.accessKeyId"))) {
            winners.add("aws.accessKeyId of JAVA_TOOL_OPTIONS, for SDKs for Java and Kotlin");
            remedies.add("take it out");
        }
        profile()
                .ifPresent(
                        text -> {
                            winners.add(text);
                            remedies.add(
                                    "take the profile's credentials out of the image or mount");
                        });
        return winners.isEmpty()
                ? Finding.ok("none: the agent is what SDKs ask")
                : Finding.fail(
                        "before the agent comes " + String.join("; ", winners),
                        String.join("; ", remedies));
    }

    private Optional<String> profile() throws Exception {
        try {
            settings.get();
            return CredentialsChoice.profileWithCredentials()
                    .map(
                            name ->
                                    "profile %s of the files in ~/.aws, for all SDKs; JavaScript 2 reads config only with AWS_SDK_LOAD_CONFIG"
                                            .formatted(name));
        } catch (InvalidSettingException e) {
            return Optional.of("a setting that SDKs may fail on: " + e.getMessage());
        }
    }

    private Finding proxy() throws Exception {
        URI uri = address.needed(URI_VARIABLE);
        return Proxies.of(pod.environment())
                .toward(uri)
                .map(
                        proxy ->
                                Finding.fail(
                                        "SDKs for Go and Kotlin send the pod's token to the proxy "
                                                + proxy,
                                        "name %s and %s in NO_PROXY"
                                                .formatted(
                                                        WellKnown.IPV4_ADDRESS,
                                                        WellKnown.IPV6_ADDRESS)))
                .orElseGet(() -> Finding.ok("none between pod and agent"));
    }

    private Finding agent() throws InterruptedException {
        URI uri = address.needed(URI_VARIABLE);
        try {
            return Finding.ok(
                    "answers at %s (status %d without a token)"
                            .formatted(uri.getAuthority(), Http.get(uri).status()));
        } catch (IOException e) {
            return Finding.fail(
                    "nobody at %s (%s)".formatted(uri.getAuthority(), Report.text(e)),
                    "run doctor on the node; if all is well there, a network policy is in the way"
                            + " (kubernetes/examples)");
        }
    }

    /** Only the address that SDKs are told must answer. */
    private Finding other(String host) throws InterruptedException {
        URI told = address.needed(URI_VARIABLE);
        if (host.equals(told.getHost())) {
            return Finding.skipped("is the one above");
        }
        try {
            URI uri = URI.create("http://" + host + told.getPath());
            return Finding.ok("answers, too (status " + Http.get(uri).status() + ")");
        } catch (IOException e) {
            return Finding.skipped("nobody (" + Report.text(e) + "); SDKs here do not ask there");
        }
    }

    private Finding answer() throws Exception {
        HttpAnswer said;
        try {
            said = answer.get();
        } catch (IOException e) {
            return Finding.fail(
                    "no answer (" + Report.text(e) + ")", "see the check of the agent above");
        }
        Map<String, Object> body = parsed(said);
        if (said.status() == 200) {
            if (!body.containsKey("AccessKeyId")) {
                return Finding.fail(
                        "status 200 without credentials",
                        "find what answers in the agent's place: a proxy, or another process");
            }
            String id = String.valueOf(body.get("AccessKeyId"));
            return Finding.ok(
                    "key ending in %s of account %s, until %s"
                            .formatted(
                                    id.substring(Math.max(0, id.length() - 4)),
                                    body.get("AccountId"),
                                    body.get("Expiration")));
        }
        String text = String.valueOf(body.getOrDefault("message", "no message"));
        return Finding.fail(
                "status %d: %s"
                        .formatted(
                                said.status(),
                                text.substring(0, Math.min(MAX_TEXT, text.length()))),
                switch (said.status()) {
                    case 400 -> "mend the token, or the role's trust policy, as the message says";
                    case 403 -> "ask the agent at its own address, past any proxy";
                    case 404 ->
                            "associate the service account with a role; a new association takes seconds";
                    case 429 -> "ask less often: the SDK keeps what it gets";
                    default ->
                            "run doctor on the node: it says what is wrong with the way to EKS Auth";
                });
    }

    private static Map<String, Object> parsed(HttpAnswer answer) {
        try {
            return JsonUtil.parseJson(answer.read());
        } catch (JoseException e) {
            return Map.of();
        }
    }

    private Finding identity() throws Exception {
        settings.needed("the settings of the SDK");
        Map<String, Object> session = parsed(answer.needed("the agent's answer"));
        if (!session.containsKey("SecretAccessKey")) {
            return Finding.skipped("needs credentials");
        }
        Optional<String> region = SdkSettings.region();
        String problem = "no region is set";
        if (region.isPresent()) {
            Trust trust =
                    pod.variable("AWS_CA_BUNDLE")
                            .map(file -> Trust.fixed("AWS_CA_BUNDLE", pod.path(file)))
                            .orElseGet(Trust::system);
            try (HttpClient http =
                    new HttpClient(
                            Proxies.of(pod.environment()), trust, STS_TIMEOUT, STS_TIMEOUT)) {
                return Finding.ok(
                        CallerIdentity.ofSession(
                                http,
                                region::get,
                                text(session, "AccessKeyId"),
                                text(session, "SecretAccessKey"),
                                text(session, "Token")));
            } catch (IOException e) {
                problem = Report.text(e);
            }
        }
        return sts
                ? Finding.fail(
                        "STS does not say who this is (" + problem + ")",
                        "see the way to STS: DNS, proxy, VPC endpoint")
                : Finding.skipped("STS does not say who this is (" + problem + ")");
    }

    private static String text(Map<String, Object> session, String key) {
        return String.valueOf(session.get(key));
    }
}
