package io.podidentity.config;

/** Names and addresses that every EKS cluster agrees on. */
public final class WellKnown {

    /** The node's link that carries the agent's addresses. */
    public static final String LINK_NAME = "pod-id-link0";

    /** Where SDKs ask over IPv4. */
    public static final String IPV4_ADDRESS = "169.254.170.23";

    /** Where SDKs ask over IPv6. */
    public static final String IPV6_ADDRESS = "fd00:ec2::23";

    private WellKnown() {}
}
