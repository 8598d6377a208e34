package io.podidentity.image;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A package of the distribution that the image is made on.
 *
 * @param distribution such as {@code debian}
 */
record SystemPackage(String distribution, String name, String version, String architecture) {

    /** Of what {@code dpkg-deb --field} says. */
    static SystemPackage of(String control, String distribution) {
        return new SystemPackage(
                distribution,
                field(control, "Package"),
                field(control, "Version"),
                field(control, "Architecture"));
    }

    /** Its package URL. */
    String url() {
        return "pkg:deb/%s/%s@%s?arch=%s"
                .formatted(
                        distribution,
                        name,
                        version.replace("+", "%2B").replace(":", "%3A"),
                        architecture);
    }

    private static String field(String control, String name) {
        Matcher found = Pattern.compile("^" + name + ": (.+)$", Pattern.MULTILINE).matcher(control);
        if (!found.find()) {
            throw new IllegalStateException("a package without " + name + ": " + control);
        }
        return found.group(1);
    }
}
