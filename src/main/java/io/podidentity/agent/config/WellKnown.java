package io.podidentity.agent.config;

/** The names and addresses that every cluster and every SDK expects. */
public final class WellKnown {

    public static final String LINK_NAME = "pod-id-link0";
    public static final String IPV4_ADDRESS = "169.254.170.23";
    public static final String IPV6_ADDRESS = "fd00:ec2::23";

    private WellKnown() {}
}
