package io.podidentity.auth.injection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.podidentity.auth.associations.Associations.Lookup;
import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.associations.Subject;
import io.podidentity.auth.injection.InjectionEvents.Result;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API server's reviews are answered; {@code InjectionIT} compares the results. */
class InjectionTest {

    private static final String IPV6 = "http://[fd00:ec2::23]/v1/credentials";
    private static final String POD =
            """
            {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "u-1",
             "kind": {"group": "", "version": "v1", "kind": "Pod"}, "operation": "CREATE", "namespace": "shop",
             "object": {"metadata": {"name": "web-12", "unknown": {"to": ["us"]}},
              "spec": {"serviceAccountName": "orders", "containers": [{"name": "app", "env": [{"name": "A", "value": "x"}]}]}}}}
            """;

    private final List<Result> events = new ArrayList<>();
    private final Injection injection =
            new Injection(
                    (cluster, namespace, account) ->
                            namespace.equals("shop") && account.equals("orders")
                                    ? new Lookup.Found(
                                            RoleAssociation.of(
                                                    new Subject(cluster, namespace, account),
                                                    "arn:aws:iam::123456789012:role/orders"))
                                    : new Lookup.None(),
                    "dev",
                    new PodPatch("eu-west-1", URI.create(IPV6)),
                    events::add);

    @Test
    void podOfAnAssociationIsPatched() throws IOException {
        JsonObject response = response(POD);

        assertThat(response.getString("uid")).isEqualTo("u-1");
        assertThat(response.getBoolean("allowed")).isTrue();
        assertThat(response.getString("patchType")).isEqualTo("JSONPatch");
        String patch = new String(Base64.getDecoder().decode(response.getString("patch")), UTF_8);
        assertThat(patch).contains(IPV6, "\"expirationSeconds\":86388");
        assertThat(new JsonArray(patch).stream().map(each -> ((JsonObject) each).getString("path")))
                .containsExactly(
                        "/metadata/labels",
                        "/spec/volumes",
                        "/spec/containers/0/env/-",
                        "/spec/containers/0/env/-",
                        "/spec/containers/0/env/-",
                        "/spec/containers/0/env/-",
                        "/spec/containers/0/env/-",
                        "/spec/containers/0/volumeMounts");
        assertThat(events).containsExactly(Result.INJECTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders => other",
                "CREATE => UPDATE",
                "\"kind\": \"Pod\" => \"kind\": \"Job\"",
                "\"operation\" => \"subResource\": \"ephemeralcontainers\", \"operation\"",
                "\"serviceAccountName\": \"orders\" => \"serviceAccountName\": \"\"",
                "\"serviceAccountName\" => \"os\": {\"name\": \"windows\"}, \"serviceAccountName\"",
                "\"namespace\": \"shop\" => \"namespace\": null",
                "\"object\": => \"oldObject\":"
            })
    void anythingElseIsLetInAsItIs(String change) throws IOException {
        String[] fromTo = change.split(" => ", 2);

        JsonObject response = response(POD.replace(fromTo[0], fromTo[1]));

        assertThat(response).isEqualTo(new JsonObject().put("uid", "u-1").put("allowed", true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"apiVersion\": \"admission.k8s.io/v1beta1\", \"request\": {\"uid\": \"u\"}}",
                "{\"apiVersion\": \"admission.k8s.io/v1\"}",
                "{\"apiVersion\": \"admission.k8s.io/v1\", \"request\": {}}",
                "{\"apiVersion\": \"admission.k8s.io/v1\", \"request\": {\"uid\": \"u\", \"object\": 7}}",
                "{\"apiVersion\": \"admission.k8s.io/v1\", \"request\": {\"uid\": \"u\", \"object\":"
                        + " {\"spec\": {\"containers\": [null]}}}}"
            })
    void whatIsNoReviewIsRefusedWithoutItsContents(String body) {
        assertThatIOException()
                .isThrownBy(() -> injection.answer(body.getBytes(UTF_8)))
                .withMessageContaining("AdmissionReview");
    }

    @Test
    void brokenReviewsAreAnsweredOrRefused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] body = POD.getBytes(UTF_8);
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                body[random.nextInt(body.length)] =
                        (byte) "\"{}[]:,0n\\ -\0\u007f".charAt(random.nextInt(14));
            }
            try {
                var _ = injection.answer(body);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("AdmissionReview");
            } catch (RuntimeException e) {
                throw new AssertionError("with seed " + seed + ": " + new String(body, UTF_8), e);
            }
        }
    }

    @Test
    void deepNestingIsRefused() {
        String deep = POD.replace("[\"us\"]", "[".repeat(100_000) + "]".repeat(100_000));

        assertThatIOException().isThrownBy(() -> injection.answer(deep.getBytes(UTF_8)));
    }

    private JsonObject response(String review) throws IOException {
        JsonObject answer = new JsonObject(injection.answer(review.getBytes(UTF_8)));
        assertThat(answer.getString("apiVersion")).isEqualTo("admission.k8s.io/v1");
        assertThat(answer.getString("kind")).isEqualTo("AdmissionReview");
        return answer.getJsonObject("response");
    }
}
