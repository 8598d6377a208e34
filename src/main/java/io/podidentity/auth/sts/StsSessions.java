package io.podidentity.auth.sts;

import io.podidentity.auth.associations.Grant;
import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.exchange.ErrorType;
import io.podidentity.auth.exchange.Issuance;
import io.podidentity.auth.exchange.Refusal;
import io.podidentity.auth.exchange.Session;
import io.podidentity.auth.exchange.SessionIssuer;
import io.podidentity.auth.exchange.SessionName;
import io.podidentity.token.ServiceAccountToken;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.Tag;

/** Makes sessions of roles by assuming them. */
public final class StsSessions implements SessionIssuer {

    private final String region;
    private final Supplier<UUID> names;
    private final SessionLength length;

    /**
     * @param sts calls STS; throws {@link StsFailed} if that gives no session
     * @param region named in tags and external ids
     * @param names makes the names of sessions unique
     */
    public StsSessions(AssumeRole sts, String region, Supplier<UUID> names) {
        this(sts, region, names, System::nanoTime);
    }

    StsSessions(AssumeRole sts, String region, Supplier<UUID> names, LongSupplier nanos) {
        this.region = region;
        this.names = names;
        this.length = new SessionLength(sts, nanos);
    }

    @Override
    public Issuance issue(RoleAssociation association, ServiceAccountToken token) {
        String name = SessionName.of(association.cluster(), token.podName(), names.get());
        Grant grant = association.grant();
        try {
            AssumeRoleRequest first = first(association, token, name);
            return grant.targetRoleArn() == null
                    ? session(length.longest(first))
                    : session(chained(association, grant.targetRoleArn(), first));
        } catch (StsFailed e) {
            return e.refusal();
        } catch (CircuitBreakerOpenException e) {
            return new Refusal(
                    ErrorType.SERVICE_UNAVAILABLE,
                    "STS keeps failing and is not asked for a moment");
        } catch (BulkheadException e) {
            return new Refusal(ErrorType.THROTTLING, "Too many tokens are exchanged at once");
        }
    }

    private AssumeRoleRequest first(
            RoleAssociation association, ServiceAccountToken token, String name) {
        Grant grant = association.grant();
        AssumeRoleRequest.Builder request =
                AssumeRoleRequest.builder().roleArn(grant.roleArn()).roleSessionName(name);
        if (!grant.disableSessionTags()) {
            List<Tag> tags = SessionTags.of(association, token, region);
            request.tags(tags).transitiveTagKeys(tags.stream().map(Tag::key).toList());
        }
        if (grant.policy() != null && grant.targetRoleArn() == null) {
            request.policy(grant.policy());
        }
        return request.build();
    }

    /** Transitive tags carry over to the second session. */
    private AssumeRoleResponse chained(
            RoleAssociation association, String target, AssumeRoleRequest first) {
        Credentials between = length.shortest(first).credentials();
        var signing =
                StaticCredentialsProvider.create(
                        AwsSessionCredentials.create(
                                between.accessKeyId(),
                                between.secretAccessKey(),
                                between.sessionToken()));
        return length.shortest(
                AssumeRoleRequest.builder()
                        .roleArn(target)
                        .roleSessionName(first.roleSessionName())
                        .externalId(association.externalId(region))
                        .policy(association.grant().policy())
                        .overrideConfiguration(call -> call.credentialsProvider(signing))
                        .build());
    }

    private static Session session(AssumeRoleResponse answer) {
        return new Session(
                answer.credentials().accessKeyId(),
                answer.credentials().secretAccessKey(),
                answer.credentials().sessionToken(),
                answer.credentials().expiration(),
                answer.assumedRoleUser().arn(),
                answer.assumedRoleUser().assumedRoleId());
    }
}
