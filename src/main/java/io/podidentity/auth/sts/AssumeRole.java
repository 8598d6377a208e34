package io.podidentity.auth.sts;

import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;

/** Assumes roles. */
@FunctionalInterface
public interface AssumeRole {

    /**
     * Assumes a role.
     *
     * @throws StsFailed if STS gave no session
     */
    AssumeRoleResponse assume(AssumeRoleRequest request);

    /** At STS. */
    static AssumeRole at(StsCalls sts) {
        return request -> sts.call(client -> ask(client, request));
    }

    private static AssumeRoleResponse ask(StsClient client, AssumeRoleRequest request) {
        try {
            AssumeRoleResponse answer = client.assumeRole(request);
            if (answer.credentials() == null || answer.assumedRoleUser() == null) {
                throw StsFailures.unusable();
            }
            return answer;
        } catch (SdkException e) {
            throw StsFailures.of(e, request.roleArn());
        }
    }
}
