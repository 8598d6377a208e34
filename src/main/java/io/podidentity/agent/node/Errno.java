package io.podidentity.agent.node;

/** The kernel's error numbers that mean something to us; the same on x86-64 and arm64. */
final class Errno {

    static final int EPERM = 1;
    static final int ESRCH = 3;
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EEXIST = 17;
    static final int ENODEV = 19;
    static final int EOPNOTSUPP = 95;
    static final int EAFNOSUPPORT = 97;
    static final int EADDRNOTAVAIL = 99;
    static final int ENOBUFS = 105;

    private Errno() {}

    static String describe(int errno) {
        return switch (errno) {
            case EPERM -> "operation not permitted (EPERM)";
            case ESRCH -> "no such object (ESRCH)";
            case EACCES -> "permission denied (EACCES)";
            case EEXIST -> "already exists (EEXIST)";
            case ENODEV -> "no such link (ENODEV)";
            case EOPNOTSUPP -> "not supported (EOPNOTSUPP)";
            case EAFNOSUPPORT -> "address family not supported (EAFNOSUPPORT)";
            case EADDRNOTAVAIL -> "no such address (EADDRNOTAVAIL)";
            case ENOBUFS -> "no buffer space (ENOBUFS)";
            default -> "errno " + errno;
        };
    }
}
