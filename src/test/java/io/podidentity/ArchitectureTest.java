package io.podidentity;

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
import io.podidentity.schedule.Background;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which package may use which, and where the frameworks end. */
class ArchitectureTest {

    private static final String ROOT = "io.podidentity";

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
        check(slices().matching(ROOT + ".(**)").should().beFreeOfCycles());
    }

    /** The two products know nothing of each other, and nobody uses the command line. */
    @ParameterizedTest
    @CsvSource({
        "config,",
        "schedule,",
        "tls, config",
        "outbound, config tls",
        "aws, config outbound",
        "guard, schedule",
        "token, config schedule tls outbound",
        "agent.credentials,",
        "agent.cache, agent.credentials token schedule",
        "agent.eksauth, agent.credentials aws config outbound schedule tls",
        "agent.node, config schedule token",
        "agent.state, agent.cache agent.credentials schedule token",
        "agent.server, agent.cache agent.credentials agent.eksauth agent.node agent.state config guard"
                + " schedule token",
        "agent.telemetry, agent.cache agent.credentials agent.eksauth agent.server agent.state"
                + " config guard schedule token",
        "agent.status, agent.cache agent.credentials agent.eksauth agent.server agent.telemetry config",
        "auth.associations, auth",
        "auth.cluster, auth.associations schedule",
        "auth.exchange, auth auth.associations token",
        "auth.sts, auth.associations auth.exchange aws outbound token",
        "auth.injection, auth auth.associations guard token",
        "auth.server, auth auth.associations auth.cluster auth.exchange auth.injection auth.sts aws"
                + " config guard"
                + " outbound schedule tls token",
        "doctor, agent.eksauth agent.node agent.server aws config outbound tls token",
        "cli, agent.node auth.server aws config doctor guard schedule",
        "dev, agent.status auth.associations auth.exchange auth.server auth.sts config schedule token",
    })
    void packageUsesOnlyThoseItMay(String name, String mayUse) {
        var others = mayUse == null ? Stream.<String>empty() : Stream.of(mayUse.split(" "));
        var allowed =
                Stream.concat(Stream.of(name), others)
                        .map(each -> ROOT + "." + each)
                        .toArray(String[]::new);
        check(
                noClasses()
                        .that()
                        .resideInAPackage(ROOT + "." + name)
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
                                packageTree("agent.eksauth"),
                                packageTree("auth"),
                                packageTree("dev"),
                                packageTree("aws"))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("software.amazon.."));
    }

    /** It is not in the agent's image. */
    @Test
    void clientOfKubernetesStaysWithTheAssociationsInTheCluster() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage(packageTree("auth.cluster"))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("io.fabric8.."));
    }

    /**
     * A call that nobody waits for may end after the application has; a proxy would then make anew
     * what counts it, with series that are registered already.
     */
    @Test
    void whatCountsCallsIsNoProxy() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage(packageTree("agent.telemetry"))
                        .should()
                        .beAnnotatedWith(ApplicationScoped.class));
    }

    /** Its requests read files: associations, callers and keys. */
    @Test
    void serviceAnswersOnPlatformThreads() {
        check(
                noClasses()
                        .that()
                        .resideInAnyPackage(packageTree("auth"), packageTree("dev"))
                        .should()
                        .accessField(Background.class, "VIRTUAL")
                        .orShould()
                        .callMethod(Thread.class, "ofVirtual"));
    }

    @Test
    void restTypesStayWithTheServer() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage(packageTree("agent.server"))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("jakarta.ws.rs.."));
    }

    @Test
    void credentialsAndCacheKnowNoFramework() {
        check(
                noClasses()
                        .that()
                        .resideInAnyPackage(
                                packageTree("agent.credentials"), packageTree("agent.cache"))
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

    private static void check(ArchRule rule) {
        rule.check(CLASSES);
    }
}
