package io.podidentity.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.regions.ServiceMetadata;

class ServiceTablesTest {

    private static final String TABLES = "software.amazon.awssdk.regions.servicemetadata.";

    @TempDir Path jars;

    @Test
    void sdkKnowsTheTwoServicesAsBeforeAndOfOthersTheNameAlone() throws Exception {
        Path published =
                Path.of(
                        ServiceMetadata.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        Files.copy(published, jars.resolve("software.amazon.awssdk." + published.getFileName()));

        try (URLClassLoader sdk = sdkWith(ServiceTables.reduce(jars))) {
            assertThat(table(sdk, "eks-auth")).isEqualTo(TABLES + "EksAuthServiceMetadata");
            assertThat(table(sdk, "sts")).isEqualTo(TABLES + "StsServiceMetadata");
            assertThat(table(sdk, "s3"))
                    .isEqualTo("software.amazon.awssdk.regions.DefaultServiceMetadata");
            assertThat(sdk.getResource(TABLES.replace('.', '/') + "SqsServiceMetadata.class"))
                    .isNull();
        }
    }

    /** What reads the jar, and nothing of the jar that it was made of. */
    private static URLClassLoader sdkWith(Path reduced) throws Exception {
        List<URL> urls = new ArrayList<>(List.of(reduced.toUri().toURL()));
        for (String each :
                Pattern.compile(File.pathSeparator)
                        .splitAsStream(System.getProperty("java.class.path"))
                        .filter(each -> each.endsWith(".jar"))
                        .filter(each -> !each.contains(File.separator + "regions-"))
                        .toList()) {
            urls.add(Path.of(each).toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    private static String table(ClassLoader sdk, String service) throws Exception {
        return Class.forName(ServiceMetadata.class.getName(), true, sdk)
                .getMethod("of", String.class)
                .invoke(null, service)
                .getClass()
                .getName();
    }
}
