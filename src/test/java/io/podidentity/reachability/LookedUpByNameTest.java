package io.podidentity.reachability;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.podidentity.agent.telemetry.LastErrors;
import io.podidentity.config.Version;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.reflect.AccessibleObject;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LookedUpByNameTest {

    static final JavaClasses AGENT =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.podidentity");

    private static final String CLUSTER = "io.podidentity.auth.cluster";
    private static final Class<RegisterForReflection> REGISTERED = RegisterForReflection.class;

    @Test
    void everyClassOfTheAwsSdkThatItNamesInATextIsListed() throws IOException {
        Set<String> classes = new HashSet<>();
        Set<String> constants = new HashSet<>();
        for (URL url : Collections.list(loader().getResources("software/amazon/awssdk/"))) {
            try (JarFile jar = ((JarURLConnection) url.openConnection()).getJarFile()) {
                for (JarEntry entry : Collections.list(jar.entries())) {
                    if (entry.getName().endsWith(".class")) {
                        classes.add(className(entry));
                        constants.addAll(constants(jar.getInputStream(entry).readAllBytes()));
                    }
                }
            }
        }
        Set<String> named = new TreeSet<>(constants);
        named.retainAll(classes);
        assertThat(named)
                .as("what the SDK names, of which native-image has to be told")
                .isNotEmpty()
                .isEqualTo(Metadata.texts(Metadata.byHand().at("/reflection"), "type"));
    }

    @Test
    void everyListedClassHasWhatIsListed() throws Exception {
        for (var entry : Metadata.byHand().at("/reflection")) {
            Class<?> type = Class.forName(entry.at("/type").asText(), false, loader());
            for (var method : entry.at("/methods")) {
                assertThat(method.at("/name").asText()).isEqualTo("<init>");
                assertThat(type.getDeclaredConstructor()).isNotNull();
            }
        }
    }

    /** Strict parsing refuses it anywhere else. */
    @Test
    void reasonsStandAtTheTopAlone() throws IOException {
        assertThat(Metadata.byHand().findValues("reason")).hasSize(1);
        assertThat(Metadata.byHand().path("reason").asText()).isNotEmpty();
    }

    @Test
    void everyListedResourceIsThere() throws IOException {
        Set<String> resources = Metadata.texts(Metadata.byHand().at("/resources"), "glob");
        assertThat(resources)
                .contains("pod-identity-agent.properties")
                .allSatisfy(name -> assertThat(loader().getResource(name)).isNotNull());
        assertThat(Version.current()).isNotEmpty();
    }

    @Test
    void nothingButTheVersionAndThePageAreReadFromResources() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Version.class.getName())
                .and()
                .doNotHaveFullyQualifiedName("io.podidentity.agent.status.StatusPage")
                .should()
                .callMethodWhere(target(nameMatching("getResource(s|AsStream)?")))
                .check(AGENT);
    }

    @Test
    void theAgentItselfLooksNothingUp() {
        noClasses()
                .that()
                // It reads the settings that are flags, which are registered.
                .doNotHaveFullyQualifiedName("io.podidentity.cli.Flags")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.lang.reflect..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ServiceLoader.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(AccessibleObject.class)
                .orShould()
                .callMethod(Class.class, "forName", String.class)
                .check(AGENT);
    }

    @Test
    void everyRecordOfTheStatusIsRegistered() {
        classes()
                .that()
                .resideInAPackage("io.podidentity.agent.status")
                .and()
                .areRecords()
                .or()
                .areAssignableTo(LastErrors.LastError.class)
                .should()
                .beAnnotatedWith(REGISTERED)
                .check(AGENT);
    }

    /** Jackson makes what its annotations name by reflection. */
    @Test
    void nothingIsWrittenOrReadByAClassThatAnAnnotationNames() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName(JsonSerialize.class.getName())
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName(JsonDeserialize.class.getName())
                .check(AGENT);
    }

    @Test
    void everyServiceOfTheAgentIsRegistered() throws IOException {
        List<String> services = new ArrayList<>();
        Path folder = Path.of("src/main/resources/META-INF/services");
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                services.addAll(Files.readAllLines(file));
            }
        }
        assertThat(services)
                .contains("io.podidentity.agent.server.SharingTransport")
                .allSatisfy(
                        service ->
                                assertThat(AGENT.get(service).isAnnotatedWith(REGISTERED))
                                        .as(service)
                                        .isTrue());
    }

    /** Else the native executable would need what it has not: it cannot be built then. */
    @Test
    void whatNeedsKubernetesClientIsReachedBehindAConstantAlone() {
        List<JavaCodeUnit> callers =
                AGENT.stream()
                        .filter(type -> !type.getPackageName().equals(CLUSTER))
                        .flatMap(type -> type.getCodeUnits().stream())
                        .filter(
                                unit ->
                                        unit.getCallsFromSelf().stream()
                                                .anyMatch(LookedUpByNameTest::entersCluster))
                        .toList();
        assertThat(callers)
                .isNotEmpty()
                .allMatch(
                        unit ->
                                unit.getFieldAccesses().stream()
                                        .anyMatch(LookedUpByNameTest::readsOwnConstant));
    }

    private static boolean entersCluster(JavaCall<?> call) {
        return call.getTargetOwner().getPackageName().equals(CLUSTER);
    }

    private static boolean readsOwnConstant(JavaFieldAccess access) {
        return access.getTargetOwner().equals(access.getOriginOwner())
                && access.getTarget().getRawType().isEquivalentTo(boolean.class)
                && access.getTarget()
                        .resolveMember()
                        .orElseThrow()
                        .getModifiers()
                        .containsAll(Set.of(JavaModifier.STATIC, JavaModifier.FINAL));
    }

    private static ClassLoader loader() {
        return LookedUpByNameTest.class.getClassLoader();
    }

    private static String className(JarEntry entry) {
        String path = entry.getName();
        return path.substring(0, path.length() - ".class".length()).replace('/', '.');
    }

    private static List<String> constants(byte[] bytes) {
        List<String> constants = new ArrayList<>();
        for (var entry : ClassFile.of().parse(bytes).constantPool()) {
            if (entry instanceof StringEntry text) {
                constants.add(text.stringValue());
            }
        }
        return constants;
    }
}
