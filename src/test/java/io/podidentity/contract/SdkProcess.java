package io.podidentity.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.podidentity.harness.Lines;
import io.podidentity.harness.Processes;
import io.podidentity.harness.Shell;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A program that asks an AWS SDK's default chain, in the environment that EKS gives a pod. */
final class SdkProcess implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final Process process;
    private final Lines out;

    private SdkProcess(List<String> command, URI credentials, Path tokenFile) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
        builder.environment().clear();
        builder.environment()
                .putAll(
                        Map.of(
                                "PATH", System.getenv("PATH"),
                                "HOME", String.valueOf(tokenFile.getParent()),
                                "AWS_REGION", "eu-west-1",
                                "AWS_EC2_METADATA_DISABLED", "true",
                                "AWS_CONTAINER_CREDENTIALS_FULL_URI", credentials.toString(),
                                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", tokenFile.toString()));
        process = Processes.start(builder);
        out = new Lines(process.getInputStream());
        String first = line();
        if (!"READY".equals(first)) {
            throw new IOException(command.getFirst() + " says " + first);
        }
    }

    /** The AWS SDK for Java v2. */
    static SdkProcess java(URI credentials, Path tokenFile) throws IOException {
        return new SdkProcess(
                List.of(
                        Shell.jdk("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        JavaSdkClient.class.getName()),
                credentials,
                tokenFile);
    }

    /** boto3. */
    static SdkProcess python(URI credentials, Path tokenFile) throws IOException {
        return new SdkProcess(
                List.of(python(), Path.of("src", "test", "python", "ask.py").toString()),
                credentials,
                tokenFile);
    }

    /** Whether this machine's Python has boto3. */
    static boolean hasBoto3() {
        return Shell.has(python())
                && Shell.run(List.of(python(), "-c", "import boto3")).exit() == 0;
    }

    /** {@code OK accessKeyId secretAccessKey sessionToken}, or {@code ERROR} and its text. */
    String ask() throws IOException {
        process.outputWriter(UTF_8).append("ask\n").flush();
        return line();
    }

    private String line() {
        return out.next(TIMEOUT).orElse("nothing more");
    }

    @Override
    public void close() {
        Processes.kill(process);
    }

    private static String python() {
        return System.getenv().getOrDefault("PIA_PYTHON", "python3");
    }
}
