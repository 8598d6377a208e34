package io.podidentity.config;

import java.util.regex.Pattern;

/** The rule for names of EKS clusters, from the EKS API's model. */
public final class ClusterName {

    private static final Pattern RULE = Pattern.compile("[0-9A-Za-z][A-Za-z0-9_-]{0,99}");

    private ClusterName() {}

    /**
     * Returns the name as it was given.
     *
     * @throws IllegalArgumentException if EKS would not accept it; the message says what to give
     */
    public static String parse(String text) {
        if (!RULE.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is not a cluster name; give 1 to 100 letters, digits, - and _,"
                            + " the first a letter or digit");
        }
        return text;
    }
}
