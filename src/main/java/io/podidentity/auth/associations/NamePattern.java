package io.podidentity.auth.associations;

import java.util.Comparator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A name, or a pattern in which {@code *} matches any run of characters.
 *
 * @param text as it was written
 */
record NamePattern(String text) {

    /** Most specific first: a name, then the pattern with more literal characters. */
    static final Comparator<NamePattern> MOST_SPECIFIC_FIRST =
            Comparator.comparing((NamePattern name) -> !name.isExact())
                    .thenComparingInt(name -> -name.spelledOut())
                    .thenComparing(NamePattern::text);

    boolean isExact() {
        return text.indexOf('*') < 0;
    }

    boolean matches(String name) {
        return isExact() ? text.equals(name) : expression().matcher(name).matches();
    }

    private int spelledOut() {
        return text.replace("*", "").length();
    }

    private Pattern expression() {
        // Backtracking is bounded: names have at most 253 characters.
        return Pattern.compile(
                Stream.of(text.split("\\*+", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")));
    }
}
