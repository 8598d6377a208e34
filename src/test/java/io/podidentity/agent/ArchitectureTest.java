package io.podidentity.agent;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.podidentity.agent.credentials.PodCredentials;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which package may use which, and where the frameworks end. */
class ArchitectureTest {

    private static final String ROOT = "io.podidentity.agent";

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages(ROOT);

    /** ArchUnit skips class files that are too new for it, and every rule would hold. */
    @Test
    void classFilesOfThisJavaCanBeRead() {
        assertThat(CLASSES.contain(PodCredentials.class)).isTrue();
    }

    @Test
    void noPackageUsesOneThatUsesIt() {
        check(slices().matching(ROOT + ".(*)..").should().beFreeOfCycles());
    }

    /** A package that is not named here may use all others, but is used by none of these. */
    @ParameterizedTest
    @CsvSource({
        "config,",
        "credentials,",
        "outbound, config",
        "aws, outbound",
        "token, outbound",
        "cache, credentials token",
        "eksauth, config credentials outbound aws",
        "http, config token cache credentials",
        "network, config",
        "node, token",
        "authservice, token",
        "sts, token authservice outbound aws",
        "dev, config token authservice sts",
        "cli, config network",
        "health, cli config http token credentials cache eksauth network",
        "telemetry, cli config http token credentials cache eksauth network authservice sts",
    })
    void packageUsesOnlyThoseItMay(String name, String mayUse) {
        var others = mayUse == null ? Stream.<String>empty() : Stream.of(mayUse.split(" "));
        var allowed =
                Stream.concat(Stream.of(name), others)
                        .map(ArchitectureTest::packageTree)
                        .toArray(String[]::new);
        check(
                noClasses()
                        .that()
                        .resideInAPackage(packageTree(name))
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage(ROOT + "..")
                                        .and(resideOutsideOfPackages(allowed))));
    }

    @Test
    void awsTypesEndInThePackagesThatTalkToAws() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(
                                packageTree("eksauth"),
                                packageTree("authservice"),
                                packageTree("dev"),
                                packageTree("aws"),
                                packageTree("sts"))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("software.amazon.."));
    }

    @Test
    void restTypesStayInHttp() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage(packageTree("http"))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("jakarta.ws.rs.."));
    }

    @Test
    void credentialsAndCacheKnowNoFramework() {
        check(
                noClasses()
                        .that()
                        .resideInAnyPackage(packageTree("credentials"), packageTree("cache"))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "jakarta..",
                                "org.eclipse.microprofile..",
                                "io.quarkus..",
                                "io.vertx..",
                                "io.smallrye..",
                                "io.micrometer..",
                                "software.amazon.."));
    }

    private static String packageTree(String name) {
        return ROOT + "." + name + "..";
    }

    /** Some packages come later. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }
}
