package io.podidentity.agent.node;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.Objects;

/** The few calls of the C library that a netlink socket needs; each throws what errno says. */
final class LibC {

    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(PathElement.groupElement("errno"));

    /** Every function that is called: a native image has to know their types when it is built. */
    static final Map<String, FunctionDescriptor> FUNCTIONS =
            Map.of(
                    "socket",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                    "setsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
                    "bind",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
                    "send",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
                    "recvfrom",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS),
                    "close",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private static final MethodHandle SOCKET = handle("socket");
    private static final MethodHandle SETSOCKOPT = handle("setsockopt");
    private static final MethodHandle BIND = handle("bind");
    private static final MethodHandle SEND = handle("send");
    private static final MethodHandle RECVFROM = handle("recvfrom");
    private static final MethodHandle CLOSE = handle("close");

    private LibC() {}

    static int socket(int domain, int type, int protocol) throws NetlinkException {
        return (int) call(state -> (int) SOCKET.invokeExact(state, domain, type, protocol));
    }

    static void setsockopt(int fd, int level, int option, MemorySegment value)
            throws NetlinkException {
        int length = (int) value.byteSize();
        call(state -> (int) SETSOCKOPT.invokeExact(state, fd, level, option, value, length));
    }

    static void bind(int fd, MemorySegment address) throws NetlinkException {
        int length = (int) address.byteSize();
        call(state -> (int) BIND.invokeExact(state, fd, address, length));
    }

    static void send(int fd, MemorySegment data) throws NetlinkException {
        call(state -> (long) SEND.invokeExact(state, fd, data, data.byteSize(), 0));
    }

    static long recvfrom(
            int fd, MemorySegment data, int flags, MemorySegment from, MemorySegment fromLength)
            throws NetlinkException {
        return call(
                state ->
                        (long)
                                RECVFROM.invokeExact(
                                        state, fd, data, data.byteSize(), flags, from, fromLength));
    }

    static void close(int fd) throws NetlinkException {
        call(state -> (int) CLOSE.invokeExact(state, fd));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String name) {
        Linker linker = Linker.nativeLinker();
        MemorySegment function = linker.defaultLookup().findOrThrow(name);
        FunctionDescriptor type = Objects.requireNonNull(FUNCTIONS.get(name), name);
        return linker.downcallHandle(function, type, CAPTURE);
    }

    private static long call(Call call) throws NetlinkException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = call.with(state);
            if (result < 0) {
                throw NetlinkException.refused(state.get(JAVA_INT, ERRNO), "");
            }
            return result;
        }
    }

    @FunctionalInterface
    private interface Call {
        long invoke(MemorySegment state) throws Throwable;

        default long with(MemorySegment state) {
            try {
                return invoke(state);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError("a call into C throws nothing", e);
            }
        }
    }
}
