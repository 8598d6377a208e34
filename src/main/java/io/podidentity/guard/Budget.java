package io.podidentity.guard;

import io.netty.util.internal.PlatformDependent;

/**
 * The memory that all clients of some listeners may make the JVM hold, in bytes of heap.
 *
 * @param directWeight how many of them one byte of direct memory counts for, which is scarcer
 */
public record Budget(long bytes, double directWeight) {

    /** A quarter of the heap: the rest is for the process and what it caches. */
    private static final int OF_HEAP = 4;

    /** Half of the direct memory: the rest is for buffers in use and for calls that go out. */
    private static final int OF_DIRECT = 2;

    private static final int PARTS = 8;

    /** What this JVM can spare, as its flags limit heap and direct memory. */
    static Budget ofJvm() {
        return of(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
    }

    static Budget of(long heap, long direct) {
        long bytes = heap / OF_HEAP;
        return new Budget(bytes, Math.max(1, OF_DIRECT * (double) bytes / direct));
    }

    /** For the listeners that the process is there for. */
    public static Budget forService() {
        return ofJvm().parts(PARTS - 1);
    }

    /** For probes and metrics, which must answer whatever pods do to the rest. */
    public static Budget forProbes() {
        return ofJvm().parts(1);
    }

    private Budget parts(int parts) {
        return new Budget(bytes * parts / PARTS, directWeight);
    }
}
