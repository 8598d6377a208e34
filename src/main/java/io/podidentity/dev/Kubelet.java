package io.podidentity.dev;

import io.podidentity.token.OwnerOnlyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import org.jboss.logging.Logger;

/** Keeps a pod's projected token fresh, renewing it at four fifths of its life as kubelet does. */
final class Kubelet {

    private static final Logger LOG = Logger.getLogger(Kubelet.class);

    private final TokenMaker tokens;
    private final SamplePod pod;
    private final OwnerOnlyFile file;
    private final Clock clock;
    private Instant projected = Instant.EPOCH;

    Kubelet(TokenMaker tokens, SamplePod pod, OwnerOnlyFile file, Clock clock) {
        this.tokens = tokens;
        this.pod = pod;
        this.file = file;
        this.clock = clock;
    }

    /** Writes a new token where the one in the file is due or gone. To be called often. */
    synchronized void keepFresh() {
        Instant now = clock.instant();
        Instant due = projected.plus(tokens.lifetime().multipliedBy(4).dividedBy(5));
        if (now.isBefore(due) && !now.isBefore(projected) && Files.exists(file.path())) {
            return;
        }
        try {
            file.write(tokens.tokenFor(pod, now));
            projected = now;
        } catch (IOException e) {
            LOG.warnf("The sample pod's token cannot be written, trying again: %s", e);
        }
    }
}
