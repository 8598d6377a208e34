package io.podidentity.agent.state;

import io.podidentity.agent.cache.SealedEntries;
import io.podidentity.agent.state.EntryFolder.Kept;
import io.podidentity.agent.state.StateEvents.Found;
import io.podidentity.agent.state.StateEvents.Written;
import io.podidentity.schedule.Repeating;
import io.podidentity.schedule.Timeline;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps entries in a folder, on a thread of its own: look-ups first, then changes, of which the
 * last of each entry counts. Where the folder fails or hangs, it is as if there were none.
 */
public final class EntryKeeper implements SealedEntries {

    private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(1);

    /** A third of an SDK's patience; memory answers in a thousandth of it. */
    private static final Duration MAX_OPERATION = Duration.ofMillis(300);

    private static final Duration MAX_CLOSE = Duration.ofSeconds(1);

    private final EntryFolder folder;
    private final int size;
    private final Executor thread;
    private final Timeline timeline;
    private final Supplier<Moment> moments;
    private final StateEvents events;
    private final SecureRandom random = new SecureRandom();

    private final Deque<Runnable> urgent = new ArrayDeque<>();
    private final SequencedMap<String, Change> changes = new LinkedHashMap<>();
    private boolean sweeping;

    /** What the folder has of each entry; the thread's own. */
    private final Map<String, Records> records = new HashMap<>();

    private Function<String, @Nullable Contents> entries = key -> null;
    private volatile @Nullable Operation running;
    private volatile @Nullable Repeating sweeps;

    /**
     * @param state the folder in which the records have theirs
     * @param size how many entries are kept at most
     * @param thread runs one task after another, which may block
     */
    public EntryKeeper(
            Path state,
            int size,
            Executor thread,
            Timeline timeline,
            Clock clock,
            StateEvents events) {
        this(state, size, thread, timeline, Moment.of(clock), events);
    }

    EntryKeeper(
            Path state,
            int size,
            Executor thread,
            Timeline timeline,
            Supplier<Moment> moments,
            StateEvents events) {
        this.folder = new EntryFolder(state);
        this.size = size;
        this.thread = thread;
        this.timeline = timeline;
        this.moments = moments;
        this.events = events;
    }

    @Override
    public void start(Function<String, @Nullable Contents> present) {
        entries = present;
        // Not an operation of the folder's: look-ups wait for it.
        thread.execute(this::warmUp);
        sweeps =
                Repeating.every(SWEEP_INTERVAL, timeline::after, this::requestSweep, events::broke);
    }

    /** Ends sweeping, and waits a moment for what is to be written. */
    @Override
    public void close() {
        Repeating last = sweeps;
        if (last != null) {
            last.stop();
        }
        CountDownLatch done = new CountDownLatch(1);
        thread.execute(done::countDown);
        try {
            var _ = done.await(MAX_CLOSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Seal seal(String rawToken) {
        return new TokenSeal(rawToken);
    }

    @Override
    public void changed(String key) {
        change(key, old -> new Change(old != null && old.revoked, true));
    }

    @Override
    public void dropped(String key, boolean revoked) {
        change(key, old -> new Change(revoked || (old != null && old.revoked), false));
    }

    private void change(String key, Function<@Nullable Change, Change> next) {
        boolean leftOut = false;
        synchronized (this) {
            Change old = changes.get(key);
            if (old == null && changes.size() >= 2 * size) {
                leftOut = changes.pollFirstEntry() != null;
            }
            changes.put(key, next.apply(old));
            if (old != null) {
                return;
            }
        }
        if (leftOut) {
            events.written(Written.LEFT_OUT);
        }
        thread.execute(this::next);
    }

    @Override
    public void open(String key, String rawToken, Consumer<@Nullable Contents> opened) {
        if (stuck()) {
            tooLate();
            opened.accept(null);
            return;
        }
        Lookup lookup = new Lookup(opened);
        urgent(
                () -> {
                    Contents found = null;
                    try {
                        found = find(key, rawToken);
                    } finally {
                        lookup.end(found);
                    }
                });
        watch(lookup);
    }

    /** A look-up may wait for others, but not for an operation that hangs. */
    private void watch(Lookup lookup) {
        lookup.timer(
                timeline.after(
                        MAX_OPERATION,
                        () -> {
                            if (!stuck()) {
                                watch(lookup);
                            } else if (lookup.end(null)) {
                                tooLate();
                            }
                        }));
    }

    private void tooLate() {
        events.looked(Found.LATE);
        events.failing("it takes too long to answer");
    }

    private boolean stuck() {
        Operation current = running;
        return current != null && timeline.since(current.start).compareTo(MAX_OPERATION) >= 0;
    }

    private void urgent(Runnable task) {
        synchronized (this) {
            urgent.add(task);
        }
        thread.execute(this::next);
    }

    private void next() {
        Runnable task = poll();
        if (task != null) {
            run(task);
        }
    }

    private void run(Runnable task) {
        running = new Operation(timeline.nanos());
        try {
            task.run();
        } catch (RuntimeException | Error bug) {
            events.broke(bug);
        } finally {
            running = null;
        }
    }

    /** Lets look-ups pass what takes long and has gone on meanwhile. */
    private void lookupsFirst() {
        for (Runnable first = pollUrgent(); first != null; first = pollUrgent()) {
            run(first);
        }
        running = new Operation(timeline.nanos());
    }

    private synchronized @Nullable Runnable pollUrgent() {
        return urgent.poll();
    }

    private synchronized @Nullable Runnable poll() {
        Runnable first = urgent.poll();
        if (first != null) {
            return first;
        }
        Map.Entry<String, Change> change = changes.pollFirstEntry();
        return change == null ? null : () -> apply(change.getKey(), change.getValue());
    }

    private @Nullable Contents find(String key, String rawToken) {
        try {
            String name = RecordKeys.name(rawToken);
            byte[] record = folder.read(name);
            if (record == null) {
                events.looked(Found.NONE);
                return null;
            }
            return open(key, rawToken, name, record);
        } catch (IOException e) {
            events.looked(Found.FAILED);
            events.failing(reason(e));
        } catch (GeneralSecurityException | RuntimeException bug) {
            events.looked(Found.FAILED);
            events.broke(bug);
        }
        return null;
    }

    private @Nullable Contents open(String key, String rawToken, String name, byte[] record)
            throws IOException {
        RecordContents found;
        try {
            found = RecordContents.of(SealedRecord.open(rawToken, name, record));
        } catch (GeneralSecurityException | IOException e) {
            events.looked(Found.DAMAGED);
            folder.delete(name);
            return null;
        }
        Contents contents = found.at(moments.get()).orElse(null);
        if (contents == null) {
            events.looked(Found.EXPIRED);
            return null;
        }
        events.looked(Found.OPENED);
        records.merge(key, new Records(found.names(), false), Records::and);
        return contents;
    }

    private void apply(String key, Change change) {
        try {
            if (change.revoked) {
                delete(records.remove(key));
            }
            if (!change.present) {
                records.remove(key);
                return;
            }
            Contents contents = entries.apply(key);
            if (contents != null) {
                write(key, contents);
            }
        } catch (IOException e) {
            failed(key, reason(e));
        } catch (GeneralSecurityException | RuntimeException bug) {
            failed(key, "a bug");
            events.broke(bug);
        }
    }

    private void write(String key, Contents contents) throws IOException, GeneralSecurityException {
        Set<String> names = new LinkedHashSet<>();
        List<TokenSeal.Derived> seals = new ArrayList<>();
        for (Seal seal : contents.readers()) {
            TokenSeal.Derived derived = ((TokenSeal) seal).derive(random);
            seals.add(derived);
            names.add(derived.name());
        }
        Records before = records.getOrDefault(key, Records.NONE);
        names.addAll(before.names);
        List<String> kept = names.stream().limit(MOST_READERS).toList();
        // Known even if writing fails halfway.
        records.put(key, new Records(kept, true));
        delete(new Records(names.stream().skip(MOST_READERS).toList(), false));
        byte[] bytes =
                new RecordContents(
                                contents.issued(),
                                contents.lifetime(),
                                contents.left(),
                                moments.get(),
                                kept)
                        .bytes();
        Instant expiry = contents.issued().credentials().expiration();
        for (TokenSeal.Derived seal : seals) {
            folder.write(seal.name(), SealedRecord.seal(seal, expiry, bytes, random), expiry);
            events.written(Written.KEPT);
        }
        events.working();
        records.put(key, new Records(kept, false));
    }

    private void failed(String key, String reason) {
        events.written(Written.FAILED);
        events.failing(reason);
        records.merge(key, new Records(List.of(), true), Records::and);
    }

    private void delete(@Nullable Records gone) throws IOException {
        if (gone != null) {
            for (String name : gone.names) {
                folder.delete(name);
            }
        }
    }

    private void requestSweep() {
        synchronized (this) {
            if (sweeping) {
                return;
            }
            sweeping = true;
        }
        urgent(this::sweep);
    }

    /** Deletes what has expired and is too much, and writes again what could not be written. */
    private void sweep() {
        try {
            Instant now = timeline.now();
            List<Kept> all = new ArrayList<>(folder.list(this::lookupsFirst));
            all.sort(Comparator.comparing(Kept::expiry));
            int tooMany = all.size() - size * MOST_READERS;
            int left = 0;
            for (Kept each : all) {
                // One that another agent is just writing was changed just now.
                Instant gone = each.half() ? now.minus(SWEEP_INTERVAL) : now;
                if (tooMany-- > 0 || each.expiry().isBefore(gone)) {
                    folder.delete(each.name());
                } else {
                    left++;
                }
                lookupsFirst();
            }
            events.records(left);
            boolean lost = left == 0;
            records.entrySet().stream()
                    .filter(each -> lost || each.getValue().unwritten)
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(this::changed);
        } catch (IOException e) {
            events.failing(reason(e));
        } finally {
            synchronized (this) {
                sweeping = false;
            }
        }
    }

    /** The first use of the ciphers takes longer than a request should. */
    private void warmUp() {
        try {
            TokenSeal.Derived seal = new TokenSeal("warm-up").derive(random);
            byte[] record = SealedRecord.seal(seal, Instant.EPOCH, new byte[0], random);
            var _ = SealedRecord.open("warm-up", seal.name(), record);
        } catch (GeneralSecurityException bug) {
            events.broke(bug);
        }
    }

    /** Why, without names of files, so that the same is the same each time. */
    private static String reason(IOException e) {
        String kind = e.getClass().getSimpleName();
        if (e instanceof FileSystemException at) {
            return at.getReason() == null ? kind : at.getReason();
        }
        return e.getMessage() == null ? kind : e.getMessage();
    }

    /**
     * What became of an entry since it was last looked at.
     *
     * @param revoked whether the records so far must go
     * @param present whether it is there, to be written
     */
    private record Change(boolean revoked, boolean present) {}

    /**
     * @param unwritten whether they are not all as they should be
     */
    private record Records(List<String> names, boolean unwritten) {

        static final Records NONE = new Records(List.of(), false);

        Records and(Records more) {
            Set<String> both = new LinkedHashSet<>(names);
            both.addAll(more.names);
            return new Records(List.copyOf(both), unwritten || more.unwritten);
        }
    }

    /**
     * What the thread does.
     *
     * @param start when it began, on the timeline
     */
    private record Operation(long start) {}

    /** A request that waits for its record. */
    private static final class Lookup {

        private @Nullable Consumer<@Nullable Contents> waiting;
        private Timeline.@Nullable Timer timer;

        Lookup(Consumer<@Nullable Contents> waiting) {
            this.waiting = waiting;
        }

        /** Passes the result on; false if one was passed on before. */
        boolean end(@Nullable Contents result) {
            Consumer<@Nullable Contents> then;
            synchronized (this) {
                then = waiting;
                waiting = null;
                if (timer != null) {
                    timer.cancel();
                }
            }
            if (then == null) {
                return false;
            }
            then.accept(result);
            return true;
        }

        synchronized void timer(Timeline.Timer next) {
            timer = next;
            if (waiting == null) {
                next.cancel();
            }
        }
    }
}
