package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.PodIdentity;
import org.jspecify.annotations.Nullable;

/** What to do about EKS Auth's errors, for the one who reads them in an application's log. */
record Remedies(String cluster) {

    /** A sentence that continues EKS Auth's own, or nothing. */
    String of(String code, @Nullable PodIdentity pod) {
        String who =
                pod == null
                        ? "this service account"
                        : "service account " + pod.namespace() + "/" + pod.serviceAccount();
        return switch (code) {
            case "ExpiredTokenException" ->
                    ". The token expired: the client must re-read its token file";
            case "InvalidTokenException" ->
                    ". The token is not one of cluster " + cluster + " for pods.eks.amazonaws.com";
            case "ResourceNotFoundException" ->
                    ". There is no pod identity association for " + who + " in cluster " + cluster;
            case "AccessDeniedException" ->
                    ". Check the trust policy of the role associated with "
                            + who
                            + " and that the node's role allows eks-auth:AssumeRoleForPodIdentity"
                            + " on cluster "
                            + cluster;
            case "UnrecognizedClientException",
                    "InvalidSignatureException",
                    "IncompleteSignatureException",
                    "MissingAuthenticationTokenException" ->
                    ". EKS Auth refuses the agent's own credentials: check the node's role and clock";
            default -> "";
        };
    }
}
