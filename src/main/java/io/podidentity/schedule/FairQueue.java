package io.podidentity.schedule;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What waits, one of each client in turn. Not thread-safe. */
public final class FairQueue<C, T> {

    private final SequencedMap<C, Deque<T>> turns = new LinkedHashMap<>();
    private int size;

    public void add(C client, T waiting) {
        turns.computeIfAbsent(client, c -> new ArrayDeque<>(1)).add(waiting);
        size++;
    }

    /** Takes the oldest of the client whose turn it is; null when nothing waits. */
    public @Nullable T poll() {
        return poll(Deque::removeFirst);
    }

    /** Takes the newest of the client whose turn it is; null when nothing waits. */
    public @Nullable T pollNewest() {
        return poll(Deque::removeLast);
    }

    private @Nullable T poll(Function<Deque<T>, T> order) {
        Map.Entry<C, Deque<T>> turn = turns.pollFirstEntry();
        if (turn == null) {
            return null;
        }
        T next = order.apply(turn.getValue());
        if (!turn.getValue().isEmpty()) {
            // To the end of the line.
            turns.putLast(turn.getKey(), turn.getValue());
        }
        size--;
        return next;
    }

    /** Takes the oldest of the client that has most waiting; null when nothing waits. */
    public @Nullable T pollOfLongest() {
        Map.Entry<C, Deque<T>> longest =
                turns.entrySet().stream()
                        .max(Comparator.comparingInt(turn -> turn.getValue().size()))
                        .orElse(null);
        if (longest == null) {
            return null;
        }
        T oldest = longest.getValue().removeFirst();
        if (longest.getValue().isEmpty()) {
            turns.remove(longest.getKey());
        }
        size--;
        return oldest;
    }

    public int size() {
        return size;
    }
}
