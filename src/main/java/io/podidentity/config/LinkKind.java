package io.podidentity.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Which kind of link carries the agent's addresses. */
public enum LinkKind {
    /** A dummy link, or a bridge where the kernel has none: nodes that run containers have both. */
    AUTO,
    DUMMY,
    BRIDGE;

    /** The kernel's names of the kinds to try, best first. */
    public List<String> candidates() {
        return this == AUTO ? List.of("dummy", "bridge") : List.of(toString());
    }

    /**
     * Reads a kind in any case.
     *
     * @throws IllegalArgumentException if it is invalid; the message says what to give
     */
    public static LinkKind parse(String text) {
        return Arrays.stream(values())
                .filter(kind -> kind.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "'"
                                                + text
                                                + "' is not a kind of link; give one of "
                                                + List.of(values())));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
