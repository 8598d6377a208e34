package io.podidentity.agent.eksauth;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.retry.ClockSkew;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Response and signing time of one call, which the SDK's exceptions lack. */
final class Progress {

    /** The SDK accepts a name only once, and live reload loads this class again. */
    private static final ExecutionAttribute<Progress> OF_CALL =
            new ExecutionAttribute<>("io.podidentity.agent.Progress-" + UUID.randomUUID());

    private static final DateTimeFormatter SIGNING_TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssX", Locale.ROOT);

    private volatile @Nullable SdkHttpResponse answer;
    private volatile @Nullable Instant signedAt;

    /** Attaches this to a call. */
    void of(AwsRequestOverrideConfiguration.Builder call) {
        call.putExecutionAttribute(OF_CALL, this);
    }

    /** Status and headers of the answer; null if none came. */
    @Nullable SdkHttpResponse answer() {
        return answer;
    }

    /** Whether our clock differs from the peer's; the SDK then corrects the next request. */
    boolean clockDiffers() {
        SdkHttpResponse answered = answer;
        Instant signed = signedAt;
        return answered != null
                && signed != null
                && ClockSkew.getServerTime(answered)
                        .filter(peers -> ClockSkew.isClockSkewed(signed, peers))
                        .isPresent();
    }

    /** Records response and signing time. */
    static final class Watch implements ExecutionInterceptor {

        @Override
        public void beforeUnmarshalling(
                Context.BeforeUnmarshalling context, ExecutionAttributes attributes) {
            Progress progress = attributes.getAttribute(OF_CALL);
            if (progress != null) {
                progress.answer = context.httpResponse();
                progress.signedAt =
                        context.httpRequest()
                                .firstMatchingHeader("X-Amz-Date")
                                .map(date -> SIGNING_TIME.parse(date, Instant::from))
                                .orElse(null);
            }
        }
    }
}
