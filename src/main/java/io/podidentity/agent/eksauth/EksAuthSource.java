package io.podidentity.agent.eksauth;

import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.CredentialOutcome.Rejected;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.CredentialSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Typed;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;

/** Gets credentials from EKS Auth. */
@ApplicationScoped
@Typed(EksAuthSource.class)
public class EksAuthSource implements CredentialSource {

    private static final int UNAVAILABLE = 503;

    private final EksAuthCalls calls;

    EksAuthSource(EksAuthCalls calls) {
        this.calls = calls;
    }

    @Override
    public CredentialOutcome fetch(CredentialRequest request) {
        return outcome(calls::assume, request);
    }

    static CredentialOutcome outcome(Call call, CredentialRequest request) {
        try {
            return ScopedValue.where(EksAuthCalls.TRIES, new AtomicInteger())
                    .call(() -> call.assume(request));
        } catch (CallFailed e) {
            return e.outcome();
        } catch (CircuitBreakerOpenException e) {
            return unavailable(
                    "EKS Auth has failed many times in a row; the agent asks it again within"
                            + " seconds");
        } catch (InterruptedException e) {
            // By the limiter, when a call takes too long.
            return unavailable("EKS Auth did not answer in time");
        } catch (BulkheadException e) {
            return new Rejected(Reason.BUSY, "The agent has too many calls to EKS Auth under way");
        }
    }

    /** A method of {@link EksAuthCalls}. */
    @FunctionalInterface
    interface Call {
        Issued assume(CredentialRequest request) throws InterruptedException;
    }

    private static Failed unavailable(String message) {
        return new Failed("ServiceUnavailableException", UNAVAILABLE, false, message, null);
    }
}
