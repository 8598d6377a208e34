package io.podidentity.auth.associations;

/** A service account of a cluster, or a pattern of them, and what it is granted. */
public record RoleAssociation(Subject subject, Grant grant, Metadata metadata) {

    /** A service account and its role, nothing else. */
    public static RoleAssociation of(Subject subject, String roleArn) {
        return new RoleAssociation(subject, new Grant(roleArn, null, false, null), Metadata.NONE);
    }

    public String cluster() {
        return subject.cluster();
    }

    /** Stays the same while the association names the same service account. */
    public String id() {
        return subject.id();
    }

    /** The account of the assumed role, used as the cluster's. */
    String account() {
        return RoleArn.parse("roleArn", grant.roleArn()).account();
    }

    public String arn(String region) {
        RoleArn role = RoleArn.parse("roleArn", grant.roleArn());
        return "arn:%s:eks:%s:%s:podidentityassociation/%s/%s"
                .formatted(role.partition(), region, role.account(), cluster(), id());
    }

    /** The ARN that EKS would give the cluster. */
    public String clusterArn(String region) {
        RoleArn role = RoleArn.parse("roleArn", grant.roleArn());
        return "arn:%s:eks:%s:%s:cluster/%s"
                .formatted(role.partition(), region, role.account(), cluster());
    }

    /** The external id for the target role's trust policy, composed as by EKS. */
    public String externalId(String region) {
        return String.join(
                "/", region, account(), cluster(), subject.namespace(), subject.serviceAccount());
    }
}
