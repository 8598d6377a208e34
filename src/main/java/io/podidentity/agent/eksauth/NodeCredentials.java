package io.podidentity.agent.eksauth;

import io.podidentity.aws.NoCredentialsException;
import io.podidentity.schedule.Backoff;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * The credentials that requests are signed with. Waiting for them has a time-out, which the SDK
 * lacks; the look-up goes on for a later call. When EKS Auth refuses them they are looked up anew,
 * because a provider keeps what it has until it expires.
 */
final class NodeCredentials implements AwsCredentialsProvider {

    /** Between two look-ups while EKS Auth goes on refusing. */
    private static final Backoff BACKOFF =
            new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(5));

    /** A look-up is a thread, and a burst is many calls. */
    private static final Duration KEPT = Duration.ofSeconds(1);

    private final Supplier<AwsCredentialsProvider> providers;
    private final Consumer<AwsCredentialsProvider> replaced;
    private final Duration timeout;
    private final LongSupplier nanos;
    private @Nullable AwsCredentialsProvider provider;
    private @Nullable FutureTask<AwsCredentials> running;
    private long lookedUpNanos;
    private long replacedNanos;
    private int refusals = 1;

    /**
     * @param providers creates a provider without cached credentials
     * @param replaced disposes of a replaced provider
     * @param timeout of waiting for credentials
     * @param nanos the time, as {@link System#nanoTime()}
     */
    NodeCredentials(
            Supplier<AwsCredentialsProvider> providers,
            Consumer<AwsCredentialsProvider> replaced,
            Duration timeout,
            LongSupplier nanos) {
        this.providers = providers;
        this.replaced = replaced;
        this.timeout = timeout;
        this.nanos = nanos;
        this.provider = providers.get();
        this.replacedNanos = nanos.getAsLong() - BACKOFF.first().toNanos();
    }

    /**
     * @throws Missing if the provider has none, or not in time
     */
    @Override
    public AwsCredentials resolveCredentials() {
        try {
            return joined().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Missing("The agent did not get AWS credentials of its own in time", e);
        } catch (ExecutionException e) {
            throw new Missing(
                    "The agent has no AWS credentials of its own to sign with"
                            + (e.getCause() instanceof NoCredentialsException reason
                                    ? " (" + reason.getMessage() + ")"
                                    : ""),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Missing("The agent is stopping", e);
        }
    }

    /**
     * EKS Auth refused the credentials of a call. Looks them up anew, with back-off: new ones do
     * not help against a policy.
     *
     * @param startNanos when the call started
     * @return whether a call that starts now is signed with newer ones
     */
    synchronized boolean refused(long startNanos) {
        if (startNanos - replacedNanos < 0) {
            return true;
        }
        long now = nanos.getAsLong();
        if (now - replacedNanos < BACKOFF.after(refusals).toNanos()) {
            return false;
        }
        refusals++;
        replacedNanos = now;
        if (provider != null) {
            replaced.accept(provider);
        }
        provider = null;
        running = null;
        return true;
    }

    /** EKS Auth accepted the credentials of a call. */
    synchronized void accepted() {
        refusals = 1;
    }

    private synchronized FutureTask<AwsCredentials> joined() {
        FutureTask<AwsCredentials> task = running;
        if (task == null || (task.isDone() && !kept(task))) {
            lookedUpNanos = nanos.getAsLong();
            task = new FutureTask<>(() -> provider().resolveCredentials());
            running = task;
            // Providers read files and resolve names, which pins a virtual thread's carrier.
            Thread.ofPlatform().daemon().name("node-credentials").start(task);
        }
        return task;
    }

    private boolean kept(FutureTask<AwsCredentials> task) {
        return task.state() == Future.State.SUCCESS
                && nanos.getAsLong() - lookedUpNanos < KEPT.toNanos();
    }

    private synchronized AwsCredentialsProvider provider() {
        AwsCredentialsProvider current = provider;
        if (current == null) {
            current = providers.get();
            provider = current;
        }
        return current;
    }

    /** There are no credentials to sign with; the message says why. */
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
