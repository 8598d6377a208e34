package io.podidentity.agent.authservice;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where the service listens.
 *
 * @param host a loopback address: the service does not yet check who calls it
 * @param port 0 for any that is free
 * @param region named in the ARNs of associations
 */
public record AuthServiceSettings(String host, int port, String region) {

    public AuthServiceSettings {
        if (!isLoopback(host)) {
            throw new IllegalArgumentException(
                    "the EKS Auth service listens on loopback only, not on " + host);
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
