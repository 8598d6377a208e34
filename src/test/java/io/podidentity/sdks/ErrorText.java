package io.podidentity.sdks;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What a developer sees, without what differs from run to run. */
record ErrorText(String text) {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{…}|…");
    private static final int BEFORE = 90;
    private static final int AFTER = 30;

    ErrorText {
        text = text.replaceAll("@[0-9a-f]{5,8}\\b", "").replaceAll("\\s+", " ").strip();
    }

    ErrorText without(String part, String placeholder) {
        return part.isEmpty() ? this : new ErrorText(text.replace(part, placeholder));
    }

    /** What is around the first placeholder, or the beginning. */
    String brief() {
        return PLACEHOLDER
                .matcher(text)
                .results()
                .findFirst()
                .map(this::around)
                .orElseGet(() -> cut(0, BEFORE + AFTER));
    }

    private String around(MatchResult placeholder) {
        return cut(placeholder.start() - BEFORE, placeholder.end() + AFTER);
    }

    private String cut(int from, int to) {
        return (from > 0 ? "[...] " : "")
                + text.substring(Math.max(from, 0), Math.min(to, text.length())).strip()
                + (to < text.length() ? " [...]" : "");
    }
}
