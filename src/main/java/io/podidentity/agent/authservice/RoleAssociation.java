package io.podidentity.agent.authservice;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A service account of a cluster and its role. */
public record RoleAssociation(
        String cluster, String namespace, String serviceAccount, String roleArn) {

    static final Pattern CLUSTER_NAME = Pattern.compile("[0-9A-Za-z][A-Za-z0-9_-]{0,99}");
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern SERVICE_ACCOUNT =
            Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
    // "a-" and 17 more, as EKS makes them.
    private static final int ID_DIGITS = 17;

    public RoleAssociation {
        check("cluster", cluster, CLUSTER_NAME);
        check("namespace", namespace, NAMESPACE);
        check("serviceAccount", serviceAccount, SERVICE_ACCOUNT);
        RoleArn.parse(roleArn);
    }

    RoleArn role() {
        return RoleArn.parse(roleArn);
    }

    /** Stays the same while the association names the same service account. */
    String id() {
        String subject = cluster + "/" + namespace + "/" + serviceAccount;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(subject.getBytes(UTF_8));
            return "a-" + HexFormat.of().formatHex(digest).substring(0, ID_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    String arn(String region) {
        RoleArn role = role();
        return "arn:%s:eks:%s:%s:podidentityassociation/%s/%s"
                .formatted(role.partition(), region, role.account(), cluster, id());
    }

    private static void check(String field, String value, Pattern shape) {
        if (!shape.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    field + " must match " + shape.pattern() + ", not " + value);
        }
    }
}
