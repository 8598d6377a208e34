package io.podidentity.auth.sts;

import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.token.ServiceAccountToken;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sts.model.Tag;

/** The session tags that policies can use, named as in EKS. */
final class SessionTags {

    private static final int MAX_LENGTH = 256;

    private SessionTags() {}

    /** A pod's tags; claims that its token lacks are left out. */
    static List<Tag> of(RoleAssociation association, ServiceAccountToken token, String region) {
        List<Tag> tags = new ArrayList<>();
        add(tags, "eks-cluster-arn", association.clusterArn(region));
        add(tags, "eks-cluster-name", association.cluster());
        add(tags, "kubernetes-namespace", token.namespace());
        add(tags, "kubernetes-service-account", token.serviceAccount());
        add(tags, "kubernetes-pod-name", token.podName());
        add(tags, "kubernetes-pod-uid", token.podUid());
        return tags;
    }

    private static void add(List<Tag> tags, String key, @Nullable String value) {
        if (value != null) {
            // Only names of pods and service accounts can be this long.
            String cut = value.substring(0, Math.min(value.length(), MAX_LENGTH));
            tags.add(Tag.builder().key(key).value(cut).build());
        }
    }
}
