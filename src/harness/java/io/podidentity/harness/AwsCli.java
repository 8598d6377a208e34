package io.podidentity.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The AWS CLI as it is, of an administrator of {@link OwnAuth}'s associations. */
public record AwsCli(OwnAuth auth, String cluster) {

    /** Skips the test where there is no AWS CLI. */
    public AwsCli {
        assumeTrue(
                LocalStack.python().isPresent(),
                "no AWS CLI: PIA_LOCALSTACK_PYTHON names no Python that has it");
    }

    /** What {@code aws eks} prints, which must succeed; empty if nothing. */
    public JsonObject eks(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(LocalStack.python().orElseThrow(), "-m", "awscli", "eks"));
        command.addAll(List.of(arguments));
        command.addAll(
                List.of("--cluster-name", cluster, "--endpoint-url", auth.endpoint().toString()));
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
