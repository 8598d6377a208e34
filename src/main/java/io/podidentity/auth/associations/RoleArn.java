package io.podidentity.auth.associations;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parts of a role's ARN. */
public record RoleArn(String partition, String account, String name) {

    private static final Pattern SHAPE =
            Pattern.compile("arn:(aws[a-z-]*):iam::(\\d{12}):role/(?:[!-~]+/)?([\\w+=,.@-]{1,64})");

    /**
     * @param field that holds it, for the message
     */
    static RoleArn parse(String field, String text) {
        Matcher arn = SHAPE.matcher(text);
        if (!arn.matches()) {
            throw new IllegalArgumentException(
                    field + " must look like arn:aws:iam::123456789012:role/NAME, not " + text);
        }
        return new RoleArn(arn.group(1), arn.group(2), arn.group(3));
    }
}
