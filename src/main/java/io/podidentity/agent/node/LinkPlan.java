package io.podidentity.agent.node;

import java.util.List;

/** What is left to do on a node. */
sealed interface LinkPlan {

    /** Changes in the order in which they must be made; none when all is as wanted. */
    record Steps(List<Change> changes, List<String> notices) implements LinkPlan {
        public Steps {
            changes = List.copyOf(changes);
            notices = List.copyOf(notices);
        }
    }

    /** Something that is not ours is in the way: nothing may be changed. */
    record Conflict(String problem, String remedy) implements LinkPlan {}
}
