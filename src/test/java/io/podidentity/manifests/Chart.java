package io.podidentity.manifests;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.InstallCommand;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The Helm chart, rendered as {@code helm template} does. */
final class Chart {

    static final Path FOLDER = Path.of("kubernetes", "chart");

    private static final String RELEASE = "eks-pod-identity-agent";
    private static final String NAMESPACE = "kube-system";

    private Chart() {}

    static LintResult lint() {
        return new Helm(FOLDER).lint().strict().call();
    }

    /**
     * Renders it.
     *
     * @param values YAML texts, the last of which wins
     * @throws IllegalStateException if Helm refuses the values; the message says which
     */
    static String text(String... values) {
        TemplateCommand command =
                new Helm(FOLDER).template().withName(RELEASE).withNamespace(NAMESPACE);
        for (String each : values) {
            command.withValuesFile(file(each));
        }
        return command.call();
    }

    /** As {@code --set} has it. */
    static String withSet(String name, Object value) {
        return new Helm(FOLDER).template().set(name, value).call();
    }

    static String named(String release, String namespace) {
        return new Helm(FOLDER).template().withName(release).withNamespace(namespace).call();
    }

    static List<HasMetadata> resources(String... values) {
        return Typed.read(text(values));
    }

    /** What an installation would say. */
    static String notes(String values) {
        InstallCommand command =
                new Helm(FOLDER)
                        .install()
                        .withName(RELEASE)
                        .withNamespace(NAMESPACE)
                        .clientOnly()
                        .dryRun()
                        .withValuesFile(file(values));
        String output = command.call().getOutput();
        return output.substring(output.indexOf("NOTES:"));
    }

    /** The resource without the labels that say it is Helm's. */
    static <T extends HasMetadata> T plain(T resource) {
        Map<String, String> labels = new TreeMap<>(resource.getMetadata().getLabels());
        labels.keySet()
                .removeAll(
                        List.of(
                                "helm.sh/chart",
                                "app.kubernetes.io/managed-by",
                                "app.kubernetes.io/version"));
        resource.getMetadata().setLabels(labels);
        return resource;
    }

    private static Path file(String values) {
        try {
            Path file = Files.createTempFile("values", ".yaml");
            file.toFile().deleteOnExit();
            return Files.writeString(file, values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
