package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.AwsCli;
import io.podidentity.harness.OwnAuth;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Associations kept with the AWS CLI, as it is. */
class AwsCliIT {

    @TempDir Path folder;

    @Test
    void cliKeepsAssociations() throws Exception {
        try (OwnAuth auth = OwnAuth.start(folder, URI.create("http://127.0.0.1:9"))) {
            AwsCli aws = new AwsCli(auth, "dev");
            JsonObject created =
                    aws.eks(
                                    "create-pod-identity-association",
                                    "--namespace",
                                    "team-*",
                                    "--service-account",
                                    "orders",
                                    "--role-arn",
                                    OwnAuth.role("orders"),
                                    "--tags",
                                    "a=b")
                            .getJsonObject("association");
            String id = created.getString("associationId");
            assertThat(created.getString("namespace")).isEqualTo("team-*");

            assertThat(aws.eks("list-pod-identity-associations", "--namespace", "team-*"))
                    .isEqualTo(
                            new JsonObject(
                                    """
                                    {"associations": [{
                                        "clusterName": "dev",
                                        "namespace": "team-*",
                                        "serviceAccount": "orders",
                                        "associationArn": "%s",
                                        "associationId": "%s"}]}
                                    """
                                            .formatted(created.getString("associationArn"), id)));
            aws.eks(
                    "update-pod-identity-association",
                    "--association-id",
                    id,
                    "--role-arn",
                    OwnAuth.role("new"));
            assertThat(
                            aws.eks("describe-pod-identity-association", "--association-id", id)
                                    .getJsonObject("association")
                                    .getString("roleArn"))
                    .isEqualTo(OwnAuth.role("new"));
            aws.eks("delete-pod-identity-association", "--association-id", id);
            assertThat(aws.eks("list-pod-identity-associations"))
                    .isEqualTo(new JsonObject("{\"associations\": []}"));
        }
    }
}
