package io.podidentity.agent.authservice;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Names sessions as EKS does, {@code eks-CLUSTER-POD-UUID}, in the 64 characters that STS allows.
 */
final class SessionName {

    private static final int LONGEST_CLUSTER = 10;
    private static final int LONGEST_POD = 12;

    private SessionName() {}

    static String of(String cluster, @Nullable String pod, UUID unique) {
        return "eks-"
                + cut(cluster, LONGEST_CLUSTER)
                + "-"
                + (pod == null ? "" : cut(pod, LONGEST_POD) + "-")
                + unique;
    }

    private static String cut(String name, int longest) {
        String valid = name.replaceAll("[^\\w+=,.@-]", "-");
        return valid.substring(0, Math.min(valid.length(), longest));
    }
}
