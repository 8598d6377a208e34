package io.podidentity.auth.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Where and how the service listens.
 *
 * @param port 0 for any that is free
 * @param region named in the ARNs of associations
 * @param tls null for plain HTTP
 * @param plainBeyondLoopback whether plain HTTP may be served to other machines
 */
public record AuthServiceSettings(
        String host, int port, String region, @Nullable Tls tls, boolean plainBeyondLoopback) {

    public AuthServiceSettings {
        if (tls == null && !plainBeyondLoopback && !isLoopback(host)) {
            throw new IllegalArgumentException(
                    "plain HTTP is served on loopback only, not on "
                            + host
                            + ": whoever listens in would read credentials");
        }
    }

    /** Plain HTTP, for this machine. */
    public static AuthServiceSettings local(String host, int port, String region) {
        return new AuthServiceSettings(host, port, region, null, false);
    }

    /** Whether only this machine can reach the service. */
    public boolean onLoopback() {
        return isLoopback(host);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
