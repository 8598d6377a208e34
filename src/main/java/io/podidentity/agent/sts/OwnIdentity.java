package io.podidentity.agent.sts;

import software.amazon.awssdk.services.sts.StsClient;

/** Asks STS for whom it takes the service itself, which needs no permission. */
public final class OwnIdentity {

    private OwnIdentity() {}

    /** An ARN. Throws what the AWS SDK throws. */
    public static String at(StsCalls sts) {
        return sts.call(OwnIdentity::ask);
    }

    private static String ask(StsClient client) {
        return client.getCallerIdentity().arn();
    }
}
