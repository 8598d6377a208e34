package io.podidentity.auth.associations;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The service account that an association is for, or a pattern of them. */
public record Subject(String cluster, String namespace, String serviceAccount) {

    /** Most specific first; the namespace counts before the service account. */
    static final Comparator<Subject> MOST_SPECIFIC_FIRST =
            Comparator.comparing(Subject::namespaces, NamePattern.MOST_SPECIFIC_FIRST)
                    .thenComparing(Subject::serviceAccounts, NamePattern.MOST_SPECIFIC_FIRST)
                    .thenComparing(Subject::cluster);

    public static final Pattern CLUSTER_NAME = Pattern.compile("[0-9A-Za-z][A-Za-z0-9_-]{0,99}");
    private static final Pattern NAMESPACE =
            Pattern.compile("[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?");
    private static final Pattern SERVICE_ACCOUNT =
            Pattern.compile("[a-z0-9*]([a-z0-9*.-]{0,251}[a-z0-9*])?");
    private static final int MAX_STARS = 3;
    // "a-" and 17 more, as EKS makes them.
    private static final int ID_DIGITS = 17;

    public Subject {
        check("cluster", cluster, CLUSTER_NAME);
        check("namespace", namespace, NAMESPACE);
        check("serviceAccount", serviceAccount, SERVICE_ACCOUNT);
    }

    public boolean isExact() {
        return namespaces().isExact() && serviceAccounts().isExact();
    }

    boolean matches(String ofCluster, String inNamespace, String name) {
        return cluster.equals(ofCluster)
                && namespaces().matches(inNamespace)
                && serviceAccounts().matches(name);
    }

    /** Derived from the subject alone, so that replicas agree. */
    public String id() {
        String subject = cluster + "/" + namespace + "/" + serviceAccount;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(subject.getBytes(UTF_8));
            return "a-" + HexFormat.of().formatHex(digest).substring(0, ID_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private NamePattern namespaces() {
        return new NamePattern(namespace);
    }

    private NamePattern serviceAccounts() {
        return new NamePattern(serviceAccount);
    }

    private static void check(String field, String value, Pattern shape) {
        // Each star multiplies the work of matching.
        boolean tooMany = value.chars().filter(c -> c == '*').count() > MAX_STARS;
        if (!shape.matcher(value).matches() || tooMany) {
            throw new IllegalArgumentException(
                    field + " must match " + shape.pattern() + ", not " + value);
        }
    }

    @Override
    public String toString() {
        return namespace + "/" + serviceAccount + " of " + cluster;
    }
}
