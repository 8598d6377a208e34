package io.podidentity.auth.exchange;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Names sessions as EKS does, {@code eks-CLUSTER-POD-UUID}, in the 64 characters that STS allows.
 */
public final class SessionName {

    // 64 less "eks-", two dashes and the UUID.
    private static final int MAX_NAMES = 22;
    private static final int MIN_FOR_CLUSTER = 10;

    private SessionName() {}

    public static String of(String cluster, @Nullable String pod, UUID unique) {
        String ofPod = pod == null ? "" : pod;
        String shortCluster = cut(cluster, Math.max(MIN_FOR_CLUSTER, MAX_NAMES - ofPod.length()));
        String shortPod = cut(ofPod, MAX_NAMES - shortCluster.length());
        return "eks-" + shortCluster + "-" + (pod == null ? "" : shortPod + "-") + unique;
    }

    private static String cut(String name, int max) {
        String valid = name.replaceAll("[^\\w+=,.@-]", "-");
        return valid.substring(0, Math.min(valid.length(), max));
    }
}
