package io.podidentity.doctor;

import java.util.List;

/** Variables that SDKs take credentials from before they ask the agent. */
enum Earlier {
    KEYS(
            "for all SDKs",
            "unset them: they are in the pod's spec, its ConfigMap, its Secret or its image",
            "AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY"),
    OLD_KEYS("for Java 1 and Go 1", "unset them", "AWS_ACCESS_KEY with AWS_SECRET_KEY"),
    WEB_IDENTITY(
            "for all SDKs",
            "take eks.amazonaws.com/role-arn off the service account, and make the pod anew",
            "AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN"),
    PROFILE(
            "for all SDKs, which fail where it has no credentials; JavaScript 3 looks at no"
                    + " AWS_ACCESS_KEY_ID then",
            "unset it",
            "AWS_PROFILE"),
    OLD_PROFILE("for Python and the AWS CLI", "unset it", "AWS_DEFAULT_PROFILE"),
    RELATIVE_URI(
            "for all SDKs", "unset it: it is for ECS", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");

    private static final String WITH = " with ";

    private final String whom;
    private final String remedy;
    private final String variables;

    Earlier(String whom, String remedy, String variables) {
        this.whom = whom;
        this.remedy = remedy;
        this.variables = variables;
    }

    List<String> variables() {
        return List.of(variables.split(WITH, -1));
    }

    String text() {
        return variables + ", " + whom;
    }

    String remedy() {
        return remedy;
    }
}
