/**
 * Credentials kept in memory: one entry per pod, one fetch at a time, renewed while requested.
 *
 * <h2>The path of a request</h2>
 *
 * {@code CredentialCache} hashes the token and looks up its pod's entry. A token that may read the
 * entry is answered by {@code CredentialCache} itself while the entry is fresh, and by {@code
 * Renewals} after that: at once, or after a renewal where little life is left. Otherwise it joins
 * the flight of the same token, or starts one in {@code SingleFlight}, within its client's rate; a
 * token that its pod's entry does not know is verified first. All calls leave through {@code
 * UpstreamLimiter}. Requests wait until their {@code ClientDeadline}: less than the second after
 * which SDKs give up.
 *
 * <h2>Why live pods stay renewed although the agent does not watch pods</h2>
 *
 * An entry is renewed when it is due and has been requested since its last renewal began; else its
 * renewals are suspended. A dead pod costs one renewal. A live pod's SDK holds credentials of the
 * entry or of the one before it, and asks again when its own have {@code r} left: 15 min (boto3,
 * Java v1, Java v2 at the earliest, .NET), 10 min (boto3 at the latest), 5 min (JavaScript v3, Go,
 * CRT, Ruby), 2.5 min (Java v2 at the latest), 1 min (PHP), 10 s (Rust).
 *
 * <p>Let {@code L} be the credentials' lifetime and {@code a} the age at which they are renewed. An
 * SDK that took credentials at age {@code x < a} asks again at their age {@code L - r}, which is
 * {@code L - r - a} after the next renewal.
 *
 * <ul>
 *   <li>{@code L} = 1 h: {@code a} lies between 32 and 40 min, so the SDK asks between 5 and 28 min
 *       after that renewal, whatever its {@code r}, and so before the next: every renewal is
 *       requested before the following one is due, and renewals are never suspended.
 *   <li>{@code L} = 6 h, the usual retention of 3 h: {@code a} lies between 2.7 and 3.3 h and the
 *       SDK asks between 2.4 and 3.3 h after that renewal. Mostly this is before the next one is
 *       due. Where it is not, they are suspended for half an hour at most; the request finds more
 *       than 2.6 h left, is answered from memory and starts the renewal.
 *   <li>A retention much shorter than the SDK's cycle suspends renewals after one. The credentials
 *       that the SDK holds are then at least one retention older than the entry's, so that it asks
 *       while the entry still has {@code r} and that retention left. With 15 min or less of it the
 *       request waits for the renewal, which is what keeps it from asking again before each call of
 *       its application.
 *   <li>A pod that asks less often than its credentials live, such as a job each night, finds no
 *       entry, and fetches as a new pod would.
 * </ul>
 *
 * {@code SdkPatternsTest} runs each of these for two days.
 */
@NullMarked
package io.podidentity.agent.cache;

import org.jspecify.annotations.NullMarked;
