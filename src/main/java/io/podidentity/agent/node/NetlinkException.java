package io.podidentity.agent.node;

import java.io.IOException;

/** The kernel refused a request, or its answer could not be read. */
final class NetlinkException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int errno;

    private NetlinkException(int errno, String message) {
        super(message);
        this.errno = errno;
    }

    /** {@code detail} is the kernel's own explanation; empty where it gave none. */
    static NetlinkException refused(int errno, String detail) {
        String name = Errno.describe(errno);
        return new NetlinkException(errno, detail.isEmpty() ? name : name + ": " + detail);
    }

    static NetlinkException unreadable(String problem) {
        return new NetlinkException(0, "unreadable netlink message: " + problem);
    }

    static NetlinkException unanswered(String problem) {
        return new NetlinkException(0, problem);
    }

    boolean is(int candidate) {
        return errno == candidate;
    }
}
