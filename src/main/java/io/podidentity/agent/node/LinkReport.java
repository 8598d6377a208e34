package io.podidentity.agent.node;

import java.util.List;

/** The result of setting the link up or removing it. */
public sealed interface LinkReport {

    /** What was changed, or in a dry run would be; on failure, what was changed until then. */
    List<Change> changes();

    /** What an operator should know. */
    List<String> notices();

    /** All is as wanted; without changes it was so before. */
    record Ready(List<Change> changes, List<String> notices) implements LinkReport {
        public Ready {
            changes = List.copyOf(changes);
            notices = List.copyOf(notices);
        }
    }

    record Failed(List<Change> changes, List<String> notices, String problem, String remedy)
            implements LinkReport {
        public Failed {
            changes = List.copyOf(changes);
            notices = List.copyOf(notices);
        }
    }
}
