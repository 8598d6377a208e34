package io.podidentity.auth.cluster;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The roles that a namespace's resources may name: patterns of ARNs, as its annotation has them. A
 * pattern names its account, and {@code *} does not match {@code /}: no pattern allows more
 * accounts or paths than it shows. {@code allowed-roles-policy.yaml} says the same in CEL.
 */
record AllowedRoles(String text, List<String> patterns) {

    static final String ANNOTATION = "podidentity.io/allowed-roles";

    /** What a namespace without the annotation allows. */
    static final AllowedRoles NONE = new AllowedRoles("", List.of());

    private static final Pattern SEPARATORS = Pattern.compile("[,\\s]+");
    private static final Pattern SHAPE =
            Pattern.compile("arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=.@/*-]+");

    /** Patterns of another shape allow nothing. */
    static AllowedRoles parse(@Nullable String annotation) {
        return annotation == null
                ? NONE
                : new AllowedRoles(
                        annotation,
                        Stream.of(SEPARATORS.split(annotation))
                                .filter(pattern -> SHAPE.matcher(pattern).matches())
                                .toList());
    }

    boolean allow(String roleArn) {
        return patterns.stream().anyMatch(pattern -> matches(pattern, roleArn));
    }

    /** In time that grows with the lengths' product only: authors choose the ARN. */
    private static boolean matches(String pattern, String arn) {
        int p = 0;
        int a = 0;
        int star = -1;
        int tried = 0;
        while (a < arn.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                tried = a;
            } else if (p < pattern.length() && pattern.charAt(p) == arn.charAt(a)) {
                p++;
                a++;
            } else if (star >= 0 && arn.charAt(tried) != '/') {
                // The last star takes one more character.
                p = star + 1;
                a = ++tried;
            } else {
                return false;
            }
        }
        return pattern.substring(p).chars().allMatch(c -> c == '*');
    }
}
