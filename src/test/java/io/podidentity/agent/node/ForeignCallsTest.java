package io.podidentity.agent.node;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.podidentity.reachability.Metadata;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A native image calls no function of C whose type it was not told when it was built. */
class ForeignCallsTest {

    @Test
    void everyFunctionOfTheCLibraryIsToldToTheNativeImage() throws IOException {
        Set<JsonNode> told = new HashSet<>();
        Metadata.byHand().at("/foreign/downcalls").forEach(told::add);
        Set<JsonNode> used =
                LibC.FUNCTIONS.values().stream().map(ForeignCallsTest::downcall).collect(toSet());

        assertThat(told)
                .as(
                        "foreign.downcalls of reachability-metadata.json, which should be%n%s",
                        used.stream().map(JsonNode::toString).collect(joining(",\n")))
                .isEqualTo(used);
    }

    @Test
    void onlyTheClassOfTheTableLinks() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(LibC.class.getName())
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Linker.class)
                .check(
                        new ClassFileImporter()
                                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                                .importPackages("io.podidentity.agent"));
    }

    /** Quarkus initializes all classes when the image is built, and addresses would be in it. */
    @Test
    void theFunctionsAreLookedUpInTheRunningImage() throws IOException {
        Properties properties = new Properties();
        try (InputStream in =
                LibC.class.getResourceAsStream(
                        "/META-INF/native-image/io.podidentity/pod-identity-agent/"
                                + "native-image.properties")) {
            properties.load(in);
        }
        assertThat(properties.getProperty("Args").split(" "))
                .contains("--initialize-at-run-time=" + LibC.class.getName());
    }

    private static JsonNode downcall(FunctionDescriptor type) {
        ObjectNode call = new ObjectMapper().createObjectNode();
        call.put("returnType", type.returnLayout().map(ForeignCallsTest::canonical).orElse("void"));
        ArrayNode parameters = call.putArray("parameterTypes");
        type.argumentLayouts().forEach(layout -> parameters.add(canonical(layout)));
        call.putObject("options").put("captureCallState", true);
        return call;
    }

    private static String canonical(MemoryLayout layout) {
        Map<String, MemoryLayout> names = Linker.nativeLinker().canonicalLayouts();
        for (String name : new String[] {"int", "long", "void*"}) {
            if (layout.equals(names.get(name))) {
                return name;
            }
        }
        throw new AssertionError("give this test the name of " + layout);
    }
}
