package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.CredentialSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Typed;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Warm-up calls that ask EKS Auth for nothing; a cold one takes as long as SDKs wait. */
@ApplicationScoped
@Typed(WarmUpSource.class)
public class WarmUpSource implements CredentialSource {

    /** Bound during a warm-up call. */
    private static final ScopedValue<WarmUpSource> RUNNING = ScopedValue.newInstance();

    private static final Duration LIFETIME = Duration.ofMinutes(1);

    private final EksAuthCalls calls;
    private volatile @Nullable URI server;

    WarmUpSource(EksAuthCalls calls) {
        this.calls = calls;
    }

    @Override
    public CredentialOutcome fetch(CredentialRequest request) {
        return ScopedValue.where(RUNNING, this)
                .call(() -> EksAuthSource.outcome(calls::warmUp, request));
    }

    /**
     * From now on this server of the warm-up's own is called.
     *
     * @param itsOwn null for none: the SDK's client alone is called
     */
    public void call(@Nullable URI itsOwn) {
        server = itsOwn;
    }

    /** What such a server answers: credentials that are none. */
    public static String answer(Instant now) {
        return """
        {"subject":{"namespace":"none","serviceAccount":"none"},
         "audience":"none",
         "podIdentityAssociation":{"associationArn":"none","associationId":"none"},
         "assumedRoleUser":{"arn":"arn:aws:sts::000000000000:assumed-role/none/none",
                            "assumeRoleId":"none"},
         "credentials":{"accessKeyId":"none","secretAccessKey":"none",
                        "sessionToken":"none","expiration":%d}}
        """
                .formatted(now.plus(LIFETIME).getEpochSecond());
    }

    /** What the running warm-up call is to be sent to; null if to nobody. */
    static @Nullable URI server() {
        return RUNNING.get().server;
    }

    static boolean running() {
        return RUNNING.isBound();
    }
}
