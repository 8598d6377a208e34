package io.podidentity.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A heap of 12 MB that lives on, looked at from its start. */
class RestingHeapTest {

    private static final long MB = 1 << 20;

    private final FakeHeap heap = new FakeHeap();
    private final RestingHeap resting = new RestingHeap(heap);

    @BeforeEach
    void start() {
        heap.lives = 12 * MB;
        resting.look();
    }

    @Test
    void whatTheStartLeftIsCollectedOnce() {
        heap.garbage = 6 * MB;

        look(3);

        assertThat(heap.asked).isEqualTo(1);
        assertThat(heap.garbage).isZero();
    }

    @Test
    void whatABurstLeftIsCollectedWhenItIsOver() {
        look(1);
        heap.lives += 4 * MB;
        for (int minute = 0; minute < 5; minute++) {
            heap.garbage = 20 * MB;
            heap.collections++;
            look(1);
        }
        assertThat(heap.asked).as("while it lasts").isEqualTo(1);

        look(10);

        assertThat(heap.asked).isEqualTo(2);
        assertThat(heap.garbage).isZero();
    }

    /** The young generation fills while a process rests. */
    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 2"})
    void onlyMuchGarbageIsCollectedAgain(int moreThanLittle, int collections) {
        look(1);
        heap.garbage = RestingHeap.WORTHWHILE + moreThanLittle;

        look(10);

        assertThat(heap.asked).isEqualTo(collections);
    }

    /** As when the pods of a node have left. */
    @Test
    void garbageIsMeasuredByTheLeastThatLivedOn() {
        look(1);
        heap.lives = 2 * MB;
        heap.collections++;
        look(1);
        heap.garbage = RestingHeap.WORTHWHILE;

        look(1);

        assertThat(heap.asked).isEqualTo(2);
    }

    @Test
    void thisProcessIsCollected() {
        Queue<Runnable> looks = new ArrayDeque<>();
        RestingHeap.watch((delay, look) -> looks.add(look));
        WeakReference<Object> garbage = ofTheOldGeneration();

        await().atMost(Duration.ofMinutes(1))
                .until(
                        () -> {
                            looks.remove().run();
                            return garbage.refersTo(null);
                        });
    }

    /** Nothing but a collection of all ends it. */
    private static WeakReference<Object> ofTheOldGeneration() {
        byte[] kept = new byte[8 << 20];
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return new WeakReference<>(kept);
    }

    private void look(int minutes) {
        for (int minute = 0; minute < minutes; minute++) {
            resting.look();
        }
    }

    private static final class FakeHeap implements RestingHeap.Heap {
        private long lives;
        private long garbage;
        private long collections;
        private int asked;

        @Override
        public long used() {
            return lives + garbage;
        }

        @Override
        public long collections() {
            return collections;
        }

        @Override
        public void collect() {
            garbage = 0;
            collections++;
            asked++;
        }
    }
}
