package io.podidentity.aws;

import io.podidentity.config.InvalidSettingException;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** A call that stops before a request is sent. Fails at start on settings the SDK rejects. */
public final class DryRun {

    private static final int MAX_TEXT = 200;

    private DryRun() {}

    /**
     * Makes a client and a call of it.
     *
     * @param builder with region and endpoint
     * @param setting to blame in the error
     * @throws InvalidSettingException if the SDK can make no request of the settings
     */
    public static <
                    B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>,
                    C extends SdkAutoCloseable>
            void of(B builder, Consumer<C> call, String setting) {
        builder.credentialsProvider(AnonymousCredentialsProvider.create())
                .httpClient(new NoHttp())
                .overrideConfiguration(
                        all ->
                                all.retryStrategy(AwsRetryStrategy.doNotRetry())
                                        .addExecutionInterceptor(new End()));
        try (C client = builder.build()) {
            call.accept(client);
        } catch (Reached e) {
            // A request could be made.
        } catch (RuntimeException e) {
            String text = String.valueOf(e.getMessage());
            throw new InvalidSettingException(
                    setting,
                    "the AWS SDK can make no request of the settings there are ("
                            + text.substring(0, Math.min(text.length(), MAX_TEXT))
                            + ")",
                    "mend it, AWS_REGION, AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT");
        }
    }

    private static final class Reached extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Reached() {
            super("the end of the dry run", null, false, false);
        }
    }

    private static final class End implements ExecutionInterceptor {
        @Override
        public void beforeMarshalling(
                Context.BeforeMarshalling context, ExecutionAttributes attributes) {
            throw new Reached();
        }
    }

    private static final class NoHttp implements SdkHttpClient {
        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            throw new Reached();
        }

        @Override
        public void close() {
            // There is nothing to close.
        }
    }
}
