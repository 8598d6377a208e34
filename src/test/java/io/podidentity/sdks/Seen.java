package io.podidentity.sdks;

import io.podidentity.sdks.SdkProgram.Attempts;
import java.util.Map;

/**
 * What a family did.
 *
 * @param first a first request over IPv4
 * @param firstSigner whether the agent had given out the credentials that signed it
 * @param ipv6 a first request over ::1
 * @param asksNearExpiry how often it asked for {@link #CALLS_NEAR_EXPIRY} requests with credentials
 *     good for two minutes
 * @param troubles by what went wrong
 */
record Seen(
        String version,
        Attempts first,
        boolean firstSigner,
        Attempts ipv6,
        int asksNearExpiry,
        Map<Trouble, Reaction> troubles) {

    static final int CALLS_NEAR_EXPIRY = 5;

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
