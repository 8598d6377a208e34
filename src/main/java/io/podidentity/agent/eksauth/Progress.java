package io.podidentity.agent.eksauth;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;

/** How far one call came, which the SDK's exceptions do not tell. */
final class Progress {

    /** The SDK takes a name only once, and live reload loads this class again. */
    private static final ExecutionAttribute<Progress> OF_CALL =
            new ExecutionAttribute<>("io.podidentity.agent.Progress-" + UUID.randomUUID());

    private volatile @Nullable SdkHttpResponse answer;

    /** Makes a call tell this object. */
    void of(AwsRequestOverrideConfiguration.Builder call) {
        call.putExecutionAttribute(OF_CALL, this);
    }

    /** Status and headers of the answer; null if none came. */
    @Nullable SdkHttpResponse answer() {
        return answer;
    }

    /** Tells the calls' objects. */
    static final class Watch implements ExecutionInterceptor {

        @Override
        public void beforeUnmarshalling(
                Context.BeforeUnmarshalling context, ExecutionAttributes attributes) {
            Progress progress = attributes.getAttribute(OF_CALL);
            if (progress != null) {
                progress.answer = context.httpResponse();
            }
        }
    }
}
