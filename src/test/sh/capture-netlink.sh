#!/bin/bash
# Writes the netlink datagrams of real `ip` commands into a directory, one file a command, one datagram a
# line: ">" what ip sent, "<" what the kernel answered, then the bytes in hex. Needs root, iproute2, strace.
# The files under src/test/resources/netlink were made so: src/test/sh/capture-netlink.sh src/test/resources/netlink
set -euo pipefail
out=$1
ns=capture-$$
ip netns add "$ns"
trap 'ip netns del "$ns"' EXIT

# strace -e read/write dumps the bytes of a file descriptor under each call, 16 a line after an offset.
capture() {
    local name=$1
    shift
    {
        echo "# $*"
        ip netns exec "$ns" strace -qq -e trace=sendto,sendmsg,recvmsg -e read=3,4 -e write=3,4 "$@" 2>&1 >/dev/null |
            awk '
                function flush() { if (bytes != "") print mark " " bytes; bytes = "" }
                /^(sendto|sendmsg)/ { flush(); mark = ">" }
                /^recvmsg/ { flush(); mark = "<" }
                /^ \| [0-9a-f]+  / { line = substr($0, 11, 49); gsub(/ /, "", line); bytes = bytes line }
                END { flush() }'
    } >"$out/$name.txt"
}

capture link-add-unknown-kind ip link add pod-id-link0 type nosuchkind || true
capture link-add ip link add pod-id-link0 type bridge
ip -n "$ns" link set pod-id-link0 address 02:00:00:00:00:17 alias pod-identity-agent
ip -n "$ns" link add eth0 address 02:00:00:00:00:01 type veth peer name other address 02:00:00:00:00:02
capture link-up ip link set pod-id-link0 up
ip -n "$ns" link set eth0 up
ip -n "$ns" addr add 10.0.0.5/24 dev eth0
capture address-add ip addr add 169.254.170.23/32 dev pod-id-link0
capture address-add-ipv6 ip -6 addr add fd00:ec2::23/128 dev pod-id-link0 nodad
capture address-add-twice ip addr add 169.254.170.23/32 dev pod-id-link0 || true
capture route-add ip route add 169.254.170.23/32 dev pod-id-link0 scope link
ip -n "$ns" -6 route del fd00:ec2::23/128 dev pod-id-link0
capture route-add-ipv6 ip -6 route add fd00:ec2::23/128 dev pod-id-link0
ip -n "$ns" route add default via 10.0.0.1 dev eth0
ip -n "$ns" route add blackhole 192.0.2.0/24
ip -n "$ns" route add 198.51.100.0/24 nexthop via 10.0.0.1 dev eth0 nexthop via 10.0.0.2 dev eth0
capture link-list ip -d link show
capture address-list ip addr show
capture route-list ip route show table all
capture route-list-ipv6 ip -6 route show table all
capture route-delete ip route del 169.254.170.23/32 dev pod-id-link0
capture address-delete ip addr del 169.254.170.23/32 dev pod-id-link0
capture address-delete-ipv6 ip -6 addr del fd00:ec2::23/128 dev pod-id-link0
capture link-delete ip link del pod-id-link0
