package io.podidentity.agent.cache;

import io.podidentity.agent.cache.UpstreamLimiter.Permit;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Queued work, taken round-robin by client. Not thread-safe. */
final class FairQueue {

    private final Map<String, Queue<Consumer<Permit>>> turns = new LinkedHashMap<>();
    private int size;

    void add(String client, Consumer<Permit> work) {
        turns.computeIfAbsent(client, c -> new ArrayDeque<>(1)).add(work);
        size++;
    }

    @Nullable Consumer<Permit> poll() {
        Iterator<Map.Entry<String, Queue<Consumer<Permit>>>> first = turns.entrySet().iterator();
        if (!first.hasNext()) {
            return null;
        }
        Map.Entry<String, Queue<Consumer<Permit>>> turn = first.next();
        first.remove();
        Consumer<Permit> work = turn.getValue().remove();
        if (!turn.getValue().isEmpty()) {
            turns.put(turn.getKey(), turn.getValue());
        }
        size--;
        return work;
    }

    int size() {
        return size;
    }
}
