package io.podidentity.agent.authservice;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads associations from YAML, and says where a person who wrote it went wrong. */
final class AssociationsYaml {

    private static final YAMLMapper YAML =
            YAMLMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private AssociationsYaml() {}

    /**
     * @throws IOException whose message says what is wrong and where
     */
    static List<RoleAssociation> read(Path file) throws IOException {
        try {
            return associations(YAML.readValue(Files.readString(file), Content.class));
        } catch (NoSuchFileException e) {
            throw new IOException("there is no such file", e);
        } catch (UnrecognizedPropertyException e) {
            String fields =
                    e.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .sorted()
                            .collect(Collectors.joining(", "));
            throw new IOException(
                    "there is no field \"%s\", only %s".formatted(e.getPropertyName(), fields), e);
        } catch (JacksonException e) {
            String what = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new IOException("line " + e.getLocation().getLineNr() + ": " + what, e);
        }
    }

    private static List<RoleAssociation> associations(Content content) throws IOException {
        if (content.associations() == null) {
            throw new IOException("there is no list \"associations\"");
        }
        List<RoleAssociation> associations = new ArrayList<>();
        for (Entry entry : content.associations()) {
            try {
                associations.add(entry.association());
            } catch (IllegalArgumentException e) {
                throw new IOException(
                        "association " + (associations.size() + 1) + ": " + e.getMessage(), e);
            }
        }
        return associations;
    }

    private record Content(@Nullable List<Entry> associations) {}

    private record Entry(
            @Nullable String cluster,
            @Nullable String namespace,
            @Nullable String serviceAccount,
            @Nullable String roleArn) {

        RoleAssociation association() {
            return new RoleAssociation(
                    present("cluster", cluster),
                    present("namespace", namespace),
                    present("serviceAccount", serviceAccount),
                    present("roleArn", roleArn));
        }

        private static String present(String field, @Nullable String value) {
            if (value == null) {
                throw new IllegalArgumentException(field + " is missing");
            }
            return value;
        }
    }
}
