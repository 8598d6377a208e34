package io.podidentity.aws;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** The SDK's system properties of one test, put back after it. */
public final class Settings implements AutoCloseable {

    /** For what needs none. */
    static final OwnSts NO_STS =
            new OwnSts(
                    () -> {
                        throw new AssertionError("STS is not needed");
                    },
                    () -> "eu-west-1");

    private final Map<String, String> before = new HashMap<>();

    /** No files, no region and no metadata, but for what the test sets. */
    public Settings(Path folder) {
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("aws."))
                .forEach(
                        name -> {
                            before.put(name, System.getProperty(name));
                            System.clearProperty(name);
                        });
        set("aws.sharedCredentialsFile", folder.resolve("credentials").toString());
        set("aws.configFile", folder.resolve("config").toString());
        set("aws.disableEc2Metadata", "true");
    }

    /** Sets one, for this test. */
    public void set(String property, String value) {
        System.setProperty(property, value);
    }

    static OwnSts sts() {
        return new OwnSts(UrlConnectionHttpClient::create, () -> "eu-west-1");
    }

    @Override
    public void close() {
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("aws."))
                .forEach(System::clearProperty);
        before.forEach(System::setProperty);
    }
}
