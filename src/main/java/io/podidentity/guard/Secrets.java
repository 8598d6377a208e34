package io.podidentity.guard;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells secrets in a text by how they are written. */
public final class Secrets {

    private static final String MASK = "***";

    /** Kubernetes' events take 1,024 characters; what to do stands at the end. */
    private static final int HALF = 500;

    /** The first group of each is what precedes the secret. */
    private static final List<Pattern> SECRETS =
            List.of(
                    // A JWT, possibly truncated.
                    Pattern.compile("()eyJ[A-Za-z0-9_-]{8,}+(?:\\.[A-Za-z0-9_-]*+)*+"),
                    // As headers, and in the canonical request of a signature.
                    Pattern.compile(
                            "(?i)(x-amz-security-token[\"']?+\\s*+[:=]\\s*+)[^\\s,;}\\]]++"),
                    Pattern.compile("(?i)(authorization[\"']?+\\s*+[:=]\\s*+)[^}\\]\\r\\n]++"),
                    Pattern.compile("(?i)(signature=)[0-9a-f]{16,}+"),
                    // As JSON and as the text of objects.
                    Pattern.compile(
                            "(?i)((?:secret_?access_?key|session_?token)[\"']?+\\s*+[:=]\\s*+[\"']?+)[^\\s\"',;})\\]]++"),
                    // Parsers quote what they could not parse, which may be an answer.
                    Pattern.compile("(\\[Source: \\([^)]*+\\)\").*?(?=\"; line)", Pattern.DOTALL),
                    Pattern.compile("(Unrecognized token ')[^']*+"),
                    Pattern.compile("(?i)(\"token\"\\s*+:\\s*+\")[^\"]++"));

    private Secrets() {}

    /** The text without them. */
    public static String mask(@Nullable String text) {
        String masked = String.valueOf(text);
        for (Pattern secret : SECRETS) {
            masked = secret.matcher(masked).replaceAll("$1" + MASK);
        }
        return masked;
    }

    /** Another's text as it may be shown to people: masked, printable, and cut in its middle. */
    public static String shown(String text) {
        String plain = mask(text).replaceAll("\\p{Cntrl}", "?");
        return plain.length() <= 2 * HALF
                ? plain
                : plain.substring(0, HALF) + "..." + plain.substring(plain.length() - HALF);
    }
}
