package io.podidentity.agent.cache;

import io.podidentity.agent.credentials.CredentialOutcome.Failed;
import io.podidentity.agent.credentials.CredentialOutcome.Reason;
import io.podidentity.agent.credentials.PodIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Writes down what happened, a line each. */
final class RecordedEvents implements CacheEvents {

    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    List<String> lines() {
        return List.copyOf(lines);
    }

    long count(String line) {
        return lines().stream().filter(line::equals).count();
    }

    @Override
    public void hit() {
        lines.add("hit");
    }

    @Override
    public void missed() {
        lines.add("missed");
    }

    @Override
    public void joined() {
        lines.add("joined");
    }

    @Override
    public void rejected(Reason reason) {
        lines.add("turned away " + reason);
    }

    @Override
    public void verified(Verification result) {
        lines.add("verified " + result);
    }

    @Override
    public void renewed(PodIdentity pod, boolean otherRole) {
        lines.add(otherRole ? "renewed with another role" : "renewed");
    }

    @Override
    public void renewalFailed(PodIdentity pod, Failed failure, int inARow, boolean dropped) {
        lines.add("renewal failed " + failure.code() + " " + inARow + (dropped ? " dropped" : ""));
    }

    @Override
    public void renewalSkipped(PodIdentity pod, Skip why) {
        lines.add("renewal skipped " + why);
    }

    @Override
    public void evicted(Eviction cause) {
        lines.add("evicted " + cause);
    }

    @Override
    public void slowedDown(int calls, Duration pause) {
        lines.add("slowed down to " + calls);
    }

    @Override
    public void recovered() {
        lines.add("recovered");
    }

    @Override
    public void broke(Throwable bug) {
        lines.add("broke " + bug.getMessage());
    }
}
