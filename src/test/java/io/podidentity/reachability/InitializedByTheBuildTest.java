package io.podidentity.reachability;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaStaticInitializer;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Quarkus initializes classes when it builds the native executable, on a machine of its own. */
class InitializedByTheBuildTest {

    private static final List<Class<?>> OF_THE_MACHINE =
            List.of(
                    Runtime.class,
                    System.class,
                    ProcessHandle.class,
                    ManagementFactory.class,
                    InetAddress.class,
                    NetworkInterface.class,
                    Files.class,
                    Clock.class,
                    Instant.class,
                    ZoneId.class,
                    Locale.class,
                    Random.class,
                    RandomGenerator.class);

    @Test
    void noConstantIsOfTheMachineThatBuilds() {
        List<JavaStaticInitializer> initializers =
                LookedUpByNameTest.AGENT.stream()
                        .flatMap(type -> type.getStaticInitializer().stream())
                        .toList();

        assertThat(initializers).isNotEmpty();
        assertThat(initializers)
                .flatMap(JavaStaticInitializer::getCallsFromSelf)
                .filteredOn(call -> !call.isDeclaredInLambda() && asksTheMachine(call))
                .map(JavaCall::getDescription)
                .isEmpty();
    }

    private static boolean asksTheMachine(JavaCall<?> call) {
        return OF_THE_MACHINE.stream().anyMatch(call.getTargetOwner()::isAssignableTo);
    }
}
