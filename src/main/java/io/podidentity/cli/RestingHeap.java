package io.podidentity.cli;

import io.podidentity.schedule.Repeating;
import io.quarkus.runtime.ImageMode;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.graalvm.nativeimage.RuntimeOptions;
import org.jboss.logging.Logger;

/**
 * Gives the node back what a burst left in the heap. The collector of the image works only when
 * memory is asked for: a process that rests would keep its garbage for hours.
 */
final class RestingHeap {

    private static final Logger LOG = Logger.getLogger(RestingHeap.class);

    private static final Duration INTERVAL = Duration.ofMinutes(1);

    /** Twice the JVM's young generation, which fills and empties while a process rests. */
    static final long WORTHWHILE = 8 << 20;

    private final Heap heap;
    private long collections = -1;
    private long rest;

    RestingHeap(Heap heap) {
        this.heap = heap;
    }

    /** Looks after this process' heap until it ends. */
    static void watch(Repeating.Scheduler scheduler) {
        RestingHeap resting = new RestingHeap(new OfThisProcess());
        var _ =
                Repeating.every(
                        INTERVAL,
                        scheduler,
                        resting::look,
                        failure -> LOG.warn("The heap is not looked after", failure));
    }

    /** To be called now and then; collects what is garbage if nothing was collected in between. */
    void look() {
        long used = heap.used();
        rest = Math.min(rest, used);
        if (heap.collections() == collections && used - rest >= WORTHWHILE) {
            heap.collect();
            rest = heap.used();
            LOG.debugf("Collected garbage at rest: %d of %d KB are left", rest >> 10, used >> 10);
        }
        collections = heap.collections();
    }

    /** A heap to look after. */
    interface Heap {

        /** Bytes of objects and of garbage. */
        long used();

        /** How often it was collected so far. */
        long collections();

        void collect();
    }

    private static final class OfThisProcess implements Heap {

        private static final String FREE_BYTES_KEPT = "MaxHeapFree";
        private static final long BY_ITSELF = 0;

        @Override
        public long used() {
            return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        }

        @Override
        public long collections() {
            return ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                    .sum();
        }

        @Override
        public void collect() {
            if (ImageMode.current().isNativeImage()) {
                collectToTheLastPage();
            } else {
                System.gc();
            }
        }

        /** By itself the executable keeps free pages ready, enough for a young generation. */
        private static void collectToTheLastPage() {
            RuntimeOptions.set(FREE_BYTES_KEPT, 1L);
            System.gc();
            RuntimeOptions.set(FREE_BYTES_KEPT, BY_ITSELF);
        }
    }
}
