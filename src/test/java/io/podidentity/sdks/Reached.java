package io.podidentity.sdks;

/**
 * Whether a family got credentials from the agent's real addresses.
 *
 * @param ipv6Mode over IPv6 with AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6
 * @param despiteProxy over IPv4 with an HTTP_PROXY that is not there
 * @param withNoProxy with that and a NO_PROXY that names the address
 */
record Reached(
        boolean ipv4, boolean ipv6, boolean ipv6Mode, boolean despiteProxy, boolean withNoProxy) {}
