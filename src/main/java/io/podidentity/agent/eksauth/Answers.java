package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.Association;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.PodCredentials;
import java.time.Clock;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.eksauth.model.AssumeRoleForPodIdentityResponse;
import software.amazon.awssdk.services.eksauth.model.Credentials;
import software.amazon.awssdk.services.eksauth.model.PodIdentityAssociation;
import software.amazon.awssdk.services.eksauth.model.Subject;

/** Reads EKS Auth's answers, any part of which may be missing. */
final class Answers {

    private static final Pattern ACCOUNT = Pattern.compile("arn:[^:]+:(?:sts|iam)::([0-9]{12}):.+");

    /** The SDK says UNKNOWN where there is none. */
    private static final Pattern REQUEST_ID = Pattern.compile("(?!UNKNOWN)[A-Za-z0-9-]{1,64}");

    /**
     * A century: milliseconds read as seconds lie tens of thousands of years ahead, and nanoseconds
     * count three centuries only.
     */
    private static final Duration MAX_LIFETIME = Duration.ofDays(36_500);

    private final Clock clock;
    private final Failures failures;

    Answers(Clock clock, Failures failures) {
        this.clock = clock;
        this.failures = failures;
    }

    /**
     * Reads one answer.
     *
     * @throws CallFailed if it holds no credentials that can be used
     */
    Issued read(AssumeRoleForPodIdentityResponse answer) {
        String requestId = answer.responseMetadata().requestId();
        Credentials credentials = part("credentials", answer.credentials(), requestId);
        String roleArn =
                part(
                        "assumedRoleUser.arn",
                        answer.assumedRoleUser() == null ? null : answer.assumedRoleUser().arn(),
                        requestId);
        Matcher account = ACCOUNT.matcher(roleArn);
        if (!account.matches()) {
            throw failures.unusable("assumedRoleUser.arn is not the ARN of a role", requestId);
        }
        PodCredentials issued =
                new PodCredentials(
                        part("credentials.accessKeyId", credentials.accessKeyId(), requestId),
                        part(
                                "credentials.secretAccessKey",
                                credentials.secretAccessKey(),
                                requestId),
                        part("credentials.sessionToken", credentials.sessionToken(), requestId),
                        account.group(1),
                        part("credentials.expiration", credentials.expiration(), requestId));
        if (!issued.expiration().isAfter(clock.instant())) {
            throw failures.unusable(
                    "its credentials expired at "
                            + issued.expiration()
                            + "; check the node's clock",
                    requestId);
        }
        if (issued.expiration().isAfter(clock.instant().plus(MAX_LIFETIME))) {
            throw failures.unusable(
                    "credentials.expiration, in seconds, is more than a century ahead", requestId);
        }
        return new Issued(issued, association(answer, roleArn, requestId), plain(requestId));
    }

    /** An id as it may stand in the log; null if it is none. */
    private static @Nullable String plain(@Nullable String requestId) {
        return requestId != null && REQUEST_ID.matcher(requestId).matches() ? requestId : null;
    }

    private Association association(
            AssumeRoleForPodIdentityResponse answer, String roleArn, @Nullable String requestId) {
        PodIdentityAssociation association =
                part("podIdentityAssociation", answer.podIdentityAssociation(), requestId);
        Subject subject = part("subject", answer.subject(), requestId);
        return new Association(
                part("associationArn", association.associationArn(), requestId),
                part("associationId", association.associationId(), requestId),
                roleArn,
                part("subject.namespace", subject.namespace(), requestId),
                part("subject.serviceAccount", subject.serviceAccount(), requestId));
    }

    private <T> T part(String name, @Nullable T value, @Nullable String requestId) {
        if (value == null || value.equals("")) {
            throw failures.unusable(name + " is missing", requestId);
        }
        return value;
    }
}
