package io.podidentity.agent.eksauth;

import io.podidentity.agent.aws.NoCredentialsException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * The credentials that requests are signed with. They are waited for only so long, which the SDK's
 * own time-outs do not cover; the provider goes on, so that a later call finds them.
 */
final class NodeCredentials implements AwsCredentialsProvider {

    private final AwsCredentialsProvider provider;
    private final Duration patience;
    private @Nullable FutureTask<AwsCredentials> running;

    NodeCredentials(AwsCredentialsProvider provider, Duration patience) {
        this.provider = provider;
        this.patience = patience;
    }

    /**
     * @throws Missing if the provider has none, or not in time
     */
    @Override
    public AwsCredentials resolveCredentials() {
        try {
            return joined().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Missing("The agent did not get AWS credentials of its own in time", e);
        } catch (ExecutionException e) {
            throw new Missing(
                    "The agent has no AWS credentials of its own to sign with"
                            + (e.getCause() instanceof NoCredentialsException told
                                    ? " (" + told.getMessage() + ")"
                                    : ""),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Missing("The agent is stopping", e);
        }
    }

    private synchronized FutureTask<AwsCredentials> joined() {
        FutureTask<AwsCredentials> task = running;
        if (task == null || task.isDone()) {
            task = new FutureTask<>(provider::resolveCredentials);
            running = task;
            Thread.ofVirtual().name("node-credentials").start(task);
        }
        return task;
    }

    /** There are none to sign with; the message says why, to be continued with a remedy. */
    static final class Missing extends SdkClientException {
        private static final long serialVersionUID = 1L;

        private final String problem;

        Missing(String problem, Throwable cause) {
            super(builder().message(problem).cause(cause));
            this.problem = problem;
        }

        String problem() {
            return problem;
        }
    }
}
