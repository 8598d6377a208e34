package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.harness.LocalStack;
import io.podidentity.harness.OwnAuth;
import io.podidentity.harness.Shell;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Associations kept with the AWS CLI, as it is. */
class AwsCliIT {

    @TempDir Path folder;

    @Test
    void cliKeepsAssociations() throws Exception {
        assumeTrue(
                LocalStack.python().isPresent(),
                "no AWS CLI: PIA_LOCALSTACK_PYTHON names no Python that has it");
        try (OwnAuth auth = OwnAuth.start(folder, URI.create("http://127.0.0.1:9"))) {
            JsonObject created =
                    aws(
                                    auth,
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

            assertThat(aws(auth, "list-pod-identity-associations", "--namespace", "team-*"))
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
            aws(
                    auth,
                    "update-pod-identity-association",
                    "--association-id",
                    id,
                    "--role-arn",
                    OwnAuth.role("new"));
            assertThat(
                            aws(auth, "describe-pod-identity-association", "--association-id", id)
                                    .getJsonObject("association")
                                    .getString("roleArn"))
                    .isEqualTo(OwnAuth.role("new"));
            aws(auth, "delete-pod-identity-association", "--association-id", id);
            assertThat(aws(auth, "list-pod-identity-associations"))
                    .isEqualTo(new JsonObject("{\"associations\": []}"));
        }
    }

    private static JsonObject aws(OwnAuth auth, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(LocalStack.python().orElseThrow(), "-m", "awscli", "eks"));
        command.addAll(List.of(arguments));
        command.addAll(
                List.of("--cluster-name", "dev", "--endpoint-url", auth.endpoint().toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("AWS_REGION", "eu-west-1");
        builder.environment().put("AWS_DEFAULT_REGION", "eu-west-1");
        builder.environment().put("AWS_ACCESS_KEY_ID", OwnAuth.ADMIN);
        builder.environment().put("AWS_SECRET_ACCESS_KEY", OwnAuth.ADMIN_SECRET);
        builder.environment().remove("AWS_SESSION_TOKEN");
        Shell.Result result = Shell.run(builder, Duration.ofMinutes(2));
        String said = result.output();
        assertThat(result.exit()).as(String.join(" ", command) + ": " + said).isZero();
        return said.isBlank() ? new JsonObject() : new JsonObject(said);
    }
}
