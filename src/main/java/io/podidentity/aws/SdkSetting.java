package io.podidentity.aws;

import io.podidentity.config.Endpoint;
import io.podidentity.config.InvalidSettingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One setting of the AWS SDK.
 *
 * @param variables environment variables, of which the first set one counts
 * @param property system property, which takes precedence
 * @param key profile key, which comes last; null if profiles have none
 * @param empty meaning of an empty variable, which the SDK would read as a value; null if it does
 *     not
 * @param reader fails with an {@link IllegalArgumentException} on a wrong value
 */
record SdkSetting(
        List<String> variables,
        String property,
        @Nullable String key,
        @Nullable String empty,
        Consumer<String> reader) {

    private static final int MAX_VALUE = 60;

    static final Consumer<String> ANYTHING = text -> {};
    static final Consumer<String> TRUTH =
            matching("(?i)true|false", "is neither true nor false", "give one of them");
    static final Consumer<String> NUMBER =
            matching("[0-9]{1,8}", "is not a number", "give one such as 10240");
    static final Consumer<String> SECONDS =
            matching("[0-9]{1,4}(\\.[0-9]{1,3})?", "is not a number of seconds", "give one");
    static final Consumer<String> REGION =
            matching(
                    "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
                    "is not a region",
                    "give one such as eu-west-1");
    static final Consumer<String> FAMILY =
            matching("(?i)ipv[46]", "is neither IPv4 nor IPv6", "give one of them");
    static final Consumer<String> DEFAULTS_MODE =
            matching(
                    "(?i)legacy|standard|cross-region|in-region|mobile|auto",
                    "is not a mode of the SDK's defaults",
                    "give legacy, standard, cross-region, in-region, mobile or auto");
    static final Consumer<String> URL = Endpoint::parse;
    static final Consumer<String> FILE =
            text -> {
                if (!Files.isReadable(Path.of(text))) {
                    throw wrong(text, "cannot be read", "give a file that exists");
                }
            };

    SdkSetting(
            String variable,
            String property,
            @Nullable String key,
            @Nullable String empty,
            Consumer<String> reader) {
        this(List.of(variable), property, key, empty, reader);
    }

    /**
     * Checks a value.
     *
     * @param place where it was given
     * @throws InvalidSettingException if it is wrong
     */
    void check(String place, String value) {
        try {
            reader.accept(value);
        } catch (IllegalArgumentException e) {
            String[] parts = String.valueOf(e.getMessage()).split("; ", 2);
            throw new InvalidSettingException(
                    place, parts[0], parts.length > 1 ? parts[1] : "mend or unset it");
        }
    }

    private static Consumer<String> matching(String pattern, String problem, String remedy) {
        return text -> {
            if (!text.matches(pattern)) {
                throw wrong(text, problem, remedy);
            }
        };
    }

    private static IllegalArgumentException wrong(String value, String problem, String remedy) {
        // Long values may be misplaced secrets: truncate.
        String shown =
                value.length() <= MAX_VALUE ? value : value.substring(0, MAX_VALUE / 3) + "…";
        return new IllegalArgumentException(
                "'" + shown + "' " + problem + "; " + remedy + ", or unset it");
    }
}
