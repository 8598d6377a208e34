package io.podidentity.harness;

import io.podidentity.agent.credentials.Association;
import io.podidentity.agent.credentials.CredentialOutcome;
import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.CredentialRequest;
import io.podidentity.agent.credentials.CredentialSource;
import io.podidentity.agent.credentials.PodCredentials;
import io.podidentity.schedule.Timeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** Issues credentials at once, or answers what a test wants; remembers who asked. */
public final class FakeSource implements CredentialSource {

    private final Timeline timeline;
    private final List<CredentialRequest> calls = Collections.synchronizedList(new ArrayList<>());
    private volatile Function<CredentialRequest, CredentialOutcome> answer = this::issued;
    private volatile Duration lifetime = Duration.ofHours(6);
    private volatile String role = "reader";

    public FakeSource(Timeline timeline) {
        this.timeline = timeline;
    }

    @Override
    public CredentialOutcome fetch(CredentialRequest request) {
        calls.add(request);
        return answer.apply(request);
    }

    public FakeSource lifetime(Duration lifetime) {
        this.lifetime = lifetime;
        return this;
    }

    public void role(String role) {
        this.role = role;
    }

    /** Answers this from now on. */
    public void answers(Function<CredentialRequest, CredentialOutcome> answer) {
        this.answer = answer;
    }

    public void fails(Failed failure) {
        answer = request -> failure;
    }

    /** Issues again. */
    public void recovers() {
        answer = this::issued;
    }

    public List<CredentialRequest> calls() {
        return List.copyOf(calls);
    }

    public int count() {
        return calls.size();
    }

    public Issued issued(CredentialRequest request) {
        String number = String.valueOf(calls.size());
        String pod = String.valueOf(request.pod());
        return new Issued(
                new PodCredentials(
                        "ASIA" + number,
                        "secret of " + pod,
                        "session of " + pod,
                        "123456789012",
                        timeline.now().plus(lifetime)),
                new Association(
                        "arn:aws:eks:eu-west-1:123456789012:podidentityassociation/c/a-1",
                        "a-1",
                        "arn:aws:sts::123456789012:assumed-role/" + role + "/eks-" + number,
                        "default",
                        "app"));
    }

    public static Failed failed(String code, int status, boolean permanent) {
        return new Failed(code, status, permanent, code + " happened", null);
    }

    public static Failed denied() {
        return failed("AccessDeniedException", 400, true);
    }

    public static Failed throttled() {
        return failed("ThrottlingException", 429, false);
    }

    public static Failed unavailable() {
        return failed("ServiceUnavailableException", 503, false);
    }
}
