package io.podidentity.dev;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How a developer acts as the sample pod; every command can be pasted. */
record Banner(
        SamplePod pod,
        String cluster,
        URI credentials,
        Path token,
        Path associations,
        @Nullable URI eksAuth,
        URI status,
        String origin) {

    String text() {
        return """

        Pod %1$s of %2$s/%3$s in cluster %4$s is waiting. To be that pod in another terminal:

          export AWS_CONTAINER_CREDENTIALS_FULL_URI=%5$s
          export AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=%6$s

        and any AWS SDK or CLI asks the agent, as this does:

          curl -H "Authorization: $(cat %6$s)" %5$s

        Its role stands in %7$s; the next request sees an edit,
        %8$s What the agent knows:

          %9$s

        %10$s
        """
                .formatted(
                        pod.name(),
                        pod.namespace(),
                        pod.serviceAccount(),
                        cluster,
                        credentials,
                        quoted(token),
                        associations,
                        eksAuth == null
                                ? "where that file is what EKS Auth reads."
                                : "and aws eks list-pod-identity-associations --cluster-name %s --endpoint-url %s works too."
                                        .formatted(cluster, eksAuth),
                        status,
                        origin);
    }

    private static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[\\w@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
