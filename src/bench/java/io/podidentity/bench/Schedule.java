package io.podidentity.bench;

import io.podidentity.agent.cache.Answer;
import java.util.concurrent.CompletionStage;

/** How the agents of a fleet answer their pods. */
@FunctionalInterface
interface Schedule {

    /** What a pod's agent answers, now or later. */
    CompletionStage<Answer> ask(int pod);
}
