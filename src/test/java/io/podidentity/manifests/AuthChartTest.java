package io.podidentity.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the chart installs beside the agents on a cluster that is not EKS. */
class AuthChartTest {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String ON =
            """
            region: eu-west-1
            clusterName: mine
            auth:
              enabled: true
            """;

    @Test
    void nothingOfItIsThereUnlessAskedFor() {
        assertThat(Chart.text("{}")).doesNotContain("pod-identity-auth", "podidentity.io/v1alpha1");
    }

    @Test
    void agentsCallItByNameWithATokenOfTheirOwnAndNoKey() throws IOException {
        List<JsonNode> all = documents(ON);
        JsonNode pod = spec(one(all, "DaemonSet"));

        assertThat(arguments(pod))
                .containsSequence("--endpoint", "https://pod-identity-auth.kube-system.svc")
                .containsSequence(
                        "--endpoint-token-file", "/var/run/secrets/pod-identity-auth/token");
        assertThat(pod.path("dnsPolicy").asText()).isEqualTo("ClusterFirstWithHostNet");
        assertThat(pod.at("/containers/0/env").findValuesAsText("name"))
                .contains("AWS_CA_BUNDLE", "AWS_REGION")
                .doesNotContain("AWS_ACCESS_KEY_ID");
        assertThat(arguments(spec(one(all, "Deployment"))))
                .containsSequence("--cluster", "mine=api-server")
                .containsSequence("--caller-service-account", "kube-system/eks-pod-identity-agent")
                .containsSequence("--associations", "kubernetes")
                .contains("--token-review")
                .doesNotContain("--allow-plain-http", "--allow-any-role", "--callers");
    }

    @Test
    void itsCertificateIsForTheNameThatAgentsCall() throws Exception {
        JsonNode secret = one(documents(ON + "  injection: none"), "Secret").path("data");
        X509Certificate authority = certificate(secret, "ca.crt");
        X509Certificate own = certificate(secret, "tls.crt");

        own.verify(authority.getPublicKey());
        assertThat(own.getSubjectAlternativeNames().toString())
                .contains("pod-identity-auth.kube-system.svc");
        assertThat(secret.has("tls.key")).isTrue();
        assertThat(documents(ON + "  injection: none\n  tls: {secretName: given}"))
                .noneMatch(each -> kind(each).equals("Secret"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "policy | MutatingAdmissionPolicy | MutatingWebhookConfiguration",
                "webhook | MutatingWebhookConfiguration | MutatingAdmissionPolicy",
                "none | CustomResourceDefinition | MutatingAdmissionPolicy",
            })
    void podsAreInjectedAsTold(String injection, String there, String away) throws IOException {
        List<JsonNode> all = documents(ON + "  injection: " + injection);

        assertThat(all).anyMatch(each -> kind(each).equals(there));
        assertThat(all).noneMatch(each -> kind(each).equals(away));
        assertThat(arguments(spec(one(all, "Deployment"))).contains("--inject-port"))
                .isEqualTo(injection.equals("webhook"));
    }

    @Test
    void policyInjectsTheRegionAndTheAddress() throws IOException {
        String policy =
                one(
                                documents(
                                        ON
                                                + """
                                                  injection: policy
                                                  injectAddress: "http://[fd00:ec2::23]/v1/credentials"
                                                """),
                                "MutatingAdmissionPolicy")
                        .toString();

        assertThat(policy)
                .contains("'eu-west-1'", "'http://[fd00:ec2::23]/v1/credentials'")
                .doesNotContain("169.254.170.23", "AWS_REGION_NAME");
    }

    /** Else whoever uninstalls the release deletes all associations. */
    @Test
    void associationsOutliveTheRelease() throws IOException {
        assertThat(
                        one(documents(ON), "CustomResourceDefinition")
                                .at("/metadata/annotations/helm.sh~1resource-policy")
                                .asText())
                .isEqualTo("keep");
    }

    @Test
    void patternsOfTheWholeClusterAreAFileOfThisCluster() throws IOException {
        JsonNode file =
                YAML.readTree(
                        one(
                                        documents(
                                                ON
                                                        + """
                                                          associations:
                                                            - namespace: "team-*"
                                                              serviceAccount: default
                                                              roleArn: arn:aws:iam::123456789012:role/r
                                                        """),
                                        "ConfigMap")
                                .at("/data/associations.yaml")
                                .asText());

        assertThat(file.at("/associations/0/cluster").asText()).isEqualTo("mine");
        assertThat(file.at("/associations/0/namespace").asText()).isEqualTo("team-*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "auth: {enabled: true} | region: auth needs",
                "region: nowhere | /region",
                "auth: {injection: both} | /auth/injection",
                "auth: {replicas: 0} | /auth/replicas",
                "auth: {associations: [{namespace: a}]} | /auth/associations/0",
            })
    void wrongValueIsNamed(String values, String named) {
        assertThatThrownBy(() -> Chart.text(values))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(named);
    }

    private static List<JsonNode> documents(String values) throws IOException {
        List<JsonNode> all = new ArrayList<>();
        try (var documents =
                YAML.readerFor(JsonNode.class).<JsonNode>readValues(Chart.text(values))) {
            while (documents.hasNextValue()) {
                all.add(documents.nextValue());
            }
        }
        return all;
    }

    private static JsonNode one(List<JsonNode> all, String kind) {
        List<JsonNode> found = all.stream().filter(each -> kind(each).equals(kind)).toList();
        assertThat(found).as(kind).isNotEmpty();
        return found.getFirst();
    }

    private static String kind(JsonNode document) {
        return document.path("kind").asText();
    }

    private static JsonNode spec(JsonNode workload) {
        return workload.at("/spec/template/spec");
    }

    private static List<String> arguments(JsonNode pod) {
        List<String> arguments = new ArrayList<>();
        pod.at("/containers/0/args").forEach(each -> arguments.add(each.asText()));
        return arguments;
    }

    private static X509Certificate certificate(JsonNode secret, String name) throws Exception {
        byte[] pem = Base64.getDecoder().decode(secret.path(name).asText());
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(pem));
    }
}
