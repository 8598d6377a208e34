package io.podidentity.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this build. */
public final class Version {

    private Version() {}

    /** The version as Maven names it, such as {@code 1.2.3}. */
    public static String current() {
        try (InputStream in = Version.class.getResourceAsStream("/pod-identity-agent.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
