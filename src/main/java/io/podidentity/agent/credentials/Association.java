package io.podidentity.agent.credentials;

/**
 * The pod identity association that credentials were issued under.
 *
 * @param arn of the association
 * @param id of the association, {@code a-…}
 * @param roleArn the assumed role with its session, {@code
 *     arn:aws:sts::123456789012:assumed-role/NAME/SESSION}
 * @param namespace of the subject that the issuer found in the token
 * @param serviceAccount of the subject that the issuer found in the token
 */
public record Association(
        String arn, String id, String roleArn, String namespace, String serviceAccount) {}
