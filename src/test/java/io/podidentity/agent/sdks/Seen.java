package io.podidentity.agent.sdks;

import io.podidentity.agent.sdks.SdkProgram.Attempts;
import java.util.Map;

/**
 * What a family did.
 *
 * @param first a first request over 127.0.0.1
 * @param firstSigner whose key signed it, and whether the agent had given that out
 * @param ipv6 a first request over ::1
 * @param asksNearExpiry how often it asked for five requests with credentials good for two minutes
 * @param troubles by what went wrong
 * @param burst many first requests at once
 * @param burstFetches how often the agent fetched credentials for them; it may be none in its
 *     words, when that took longer than the first of them waited
 */
record Seen(
        String version,
        Attempts first,
        boolean firstSigner,
        Attempts ipv6,
        int asksNearExpiry,
        Map<Trouble, Reaction> troubles,
        Attempts burst,
        int burstFetches) {

    Seen {
        troubles = Map.copyOf(troubles);
    }

    /**
     * How it took a trouble.
     *
     * @param asks how often it asked for one request of the application
     * @param error what the developer sees, with … for the agent's message
     * @param shown whether the agent's message is in there
     */
    record Reaction(int asks, boolean succeeded, String error, boolean shown) {}
}
