package io.podidentity.auth.associations;

import java.util.Comparator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A name, or with {@code *} for any run of characters a pattern of names.
 *
 * @param text as it was written
 */
record NamePattern(String text) {

    /** The more specific first: a name before patterns, then whoever spells more out. */
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
        // Possessive runs would be wrong, but names are 253 characters at most.
        return Pattern.compile(
                Stream.of(text.split("\\*+", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")));
    }
}
