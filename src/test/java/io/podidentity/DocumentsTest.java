package io.podidentity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documents point at is there, and what the README tells to type works. */
class DocumentsTest {

    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
    private static final Pattern CODE = Pattern.compile("(?s)```.*?```");
    private static final Pattern SHELL = Pattern.compile("(?s)```shell\n(.*?)```");

    static Stream<Path> documents() throws IOException {
        List<Path> found;
        try (Stream<Path> docs = Files.list(Path.of("src", "docs"));
                Stream<Path> github = Files.list(Path.of(".github"))) {
            found =
                    Stream.of(
                                    Stream.of(
                                            Path.of("README.md"),
                                            Path.of("localstack", "README.md"),
                                            Path.of("src", "test", "sdks", "README.md")),
                                    docs,
                                    github)
                            .flatMap(each -> each)
                            .filter(each -> each.toString().endsWith(".md"))
                            .toList();
        }
        return found.stream();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void linksLeadSomewhere(Path document) throws IOException {
        String text = CODE.matcher(Files.readString(document, UTF_8)).replaceAll("");
        List<String> links =
                LINK.matcher(text)
                        .results()
                        .map(found -> found.group(1))
                        .filter(link -> !link.matches("(https?|mailto):.*"))
                        .toList();

        assertThat(links).as(document.toString()).allMatch(link -> leads(document, link));
    }

    private static boolean leads(Path document, String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]).normalize();
        return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
    }

    /** As GitHub makes them of headings. */
    private static Set<String> anchors(Path document) {
        try {
            String text = CODE.matcher(Files.readString(document, UTF_8)).replaceAll("");
            return HEADING.matcher(text)
                    .results()
                    .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
                    .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            return Set.of();
        }
    }

    @Test
    void manifestOfTheReadmesCommandHasAllThatIsToBeFilledIn() throws Exception {
        String command = command("sed -e s/EKS_CLUSTER_NAME/");
        assertThat(command).endsWith("| kubectl apply -f -\n");
        Process shell =
                new ProcessBuilder("bash", "-c", command.replaceAll("\\| kubectl .*", ""))
                        .redirectErrorStream(true)
                        .start();
        String manifest = new String(shell.getInputStream().readAllBytes(), UTF_8);
        assertThat(shell.waitFor(1, TimeUnit.MINUTES)).isTrue();

        assertThat(shell.exitValue()).as(manifest).isZero();
        assertThat(manifest)
                .contains("kind: DaemonSet", "- my-cluster", "value: eu-west-1", "image: IMAGE")
                .doesNotContain("EKS_CLUSTER_NAME", "AWS_REGION_NAME", "localhost/");
    }

    private static String command(String start) throws IOException {
        return commands().stream().filter(each -> each.startsWith(start)).findFirst().orElseThrow();
    }

    private static List<String> commands() throws IOException {
        return SHELL.matcher(Files.readString(Path.of("README.md"), UTF_8))
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
