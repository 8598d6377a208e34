import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.util.VersionInfo;
import software.amazon.awssdk.services.sts.StsClient;

/** Speaks the protocol of ../../README.md with the AWS SDK for Java 2. */
class Program {

    private static StsClient kept;

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        ObjectMapper json = new ObjectMapper();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(json.writeValueAsString(answer(line.split(" "))));
        }
    }

    private static Map<String, ?> answer(String[] command) throws Exception {
        return switch (command[0]) {
            case "version" -> Map.of("version", VersionInfo.SDK_VERSION);
            case "call" -> Map.of("errors", Arrays.asList(attempt(Program::keep)));
            default -> Map.of("errors", fresh(Integer.parseInt(command[1])));
        };
    }

    private static List<String> fresh(int count) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<String> one = () -> attempt(Program::client);
            return threads.invokeAll(Collections.nCopies(count, one)).stream()
                    .map(Future::resultNow)
                    .toList();
        }
    }

    private static String attempt(Supplier<StsClient> client) {
        try {
            client.get().getCallerIdentity();
            return null;
        } catch (RuntimeException e) {
            return messages(e);
        }
    }

    /** All that a stack trace would show. */
    private static String messages(Throwable e) {
        return Stream.iterate(e, Objects::nonNull, Throwable::getCause)
                .map(one -> String.valueOf(one.getMessage()))
                .collect(Collectors.joining(": "));
    }

    private static StsClient keep() {
        if (kept == null) {
            kept = client();
        }
        return kept;
    }

    private static StsClient client() {
        return StsClient.builder()
                .endpointOverride(URI.create(System.getenv("STS_ENDPOINT")))
                .credentialsProvider(DefaultCredentialsProvider.builder().build())
                .build();
    }
}
