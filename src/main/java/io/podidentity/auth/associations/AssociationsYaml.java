package io.podidentity.auth.associations;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Associations as YAML, with errors that say where the text is wrong. */
final class AssociationsYaml {

    /** A file without associations. */
    static final String EMPTY = "associations: []\n";

    private static final YAMLMapper YAML =
            YAMLMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                    .build();

    private AssociationsYaml() {}

    /**
     * @throws IOException whose message says what is wrong and where
     */
    static AssociationIndex read(Path file) throws IOException {
        try {
            return parse(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new IOException("there is no such file", e);
        }
    }

    /**
     * @throws IOException whose message says what is wrong and where
     */
    static AssociationIndex parse(String text) throws IOException {
        try {
            return new AssociationIndex(associations(YAML.readValue(text, Content.class)));
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        } catch (UnrecognizedPropertyException e) {
            throw new IOException(unknownField(e), e);
        } catch (JacksonException e) {
            String what = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new IOException("line " + e.getLocation().getLineNr() + ": " + what, e);
        }
    }

    /** The text of these associations, below the leading comment of the text before. */
    static String text(String before, List<RoleAssociation> associations) throws IOException {
        String comment =
                before.lines()
                        .takeWhile(line -> line.startsWith("#") || line.isBlank())
                        .map(line -> line + "\n")
                        .collect(Collectors.joining());
        try {
            return comment
                    + YAML.writeValueAsString(
                            new Content(associations.stream().map(AssociationEntry::of).toList()));
        } catch (JsonProcessingException e) {
            throw new IOException(e);
        }
    }

    /** By the association's number, since the parser only knows the last line. */
    private static String unknownField(UnrecognizedPropertyException e) {
        String where =
                e.getPath().stream()
                        .filter(step -> step.getIndex() >= 0)
                        .findFirst()
                        .map(step -> "association " + (step.getIndex() + 1) + ": ")
                        .orElse("");
        String fields =
                e.getKnownPropertyIds().stream()
                        .map(String::valueOf)
                        .sorted()
                        .collect(Collectors.joining(", "));
        return where + "there is no field \"%s\", only %s".formatted(e.getPropertyName(), fields);
    }

    private static List<RoleAssociation> associations(@Nullable Content content)
            throws IOException {
        if (content == null || content.associations() == null) {
            throw new IOException("there is no list \"associations\"");
        }
        List<RoleAssociation> associations = new ArrayList<>();
        for (AssociationEntry entry : content.associations()) {
            try {
                associations.add(entry.association());
            } catch (IllegalArgumentException e) {
                throw new IOException(
                        "association " + (associations.size() + 1) + ": " + e.getMessage(), e);
            }
        }
        return associations;
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @RegisterForReflection
    private record Content(@Nullable List<AssociationEntry> associations) {}
}
