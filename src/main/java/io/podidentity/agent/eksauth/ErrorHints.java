package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.PodIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What to do about EKS Auth's errors, for readers of an application's log.
 *
 * @param signed whether the agent signs its calls, instead of sending a token of its own
 */
record ErrorHints(String cluster, boolean signed) {

    /**
     * A sentence that continues EKS Auth's own, or nothing.
     *
     * @param text EKS Auth's own, which may say as much already
     */
    String of(String code, @Nullable PodIdentity pod, @Nullable String text) {
        String hint = hint(code, pod);
        boolean said = text != null && text.contains(hint);
        return said || hint.isEmpty() ? "" : ". " + hint;
    }

    private String hint(String code, @Nullable PodIdentity pod) {
        String who =
                pod == null
                        ? "this service account"
                        : "service account " + pod.namespace() + "/" + pod.serviceAccount();
        return switch (code) {
            case "ExpiredTokenException" -> "The client must re-read its token file";
            case "InvalidTokenException" ->
                    "The token must be one of cluster " + cluster + " for pods.eks.amazonaws.com";
            case "ResourceNotFoundException" ->
                    "There is no pod identity association for " + who + " in cluster " + cluster;
            case "AccessDeniedException" ->
                    "Check the trust policy of the role associated with "
                            + who
                            + " and that the node's role allows eks-auth:AssumeRoleForPodIdentity"
                            + " on cluster "
                            + cluster;
            default -> "";
        };
    }

    /** The same when the agent's own identity is refused. */
    String ofSigner(String code) {
        String whom = ". EKS Auth refuses the agent itself, not the pod: ";
        if (!signed) {
            return whom + "see that it accepts the service account of --endpoint-token-file";
        }
        return whom
                + switch (code) {
                    case "AccessDeniedException" ->
                            "allow the node's role eks-auth:AssumeRoleForPodIdentity on cluster "
                                    + cluster
                                    + ", and see that no policy of the account or endpoint denies it";
                    case "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture" ->
                            "check the node's clock";
                    case "Unknown" -> "check the node's role, and what lies between it and AWS";
                    default -> "check the node's AWS credentials and its clock";
                };
    }
}
