package io.podidentity.agent.state;

import io.podidentity.agent.cache.SealedEntries;
import io.podidentity.agent.state.EntryFolder.Kept;
import io.podidentity.agent.state.FolderThread.Change;
import io.podidentity.agent.state.StateEvents.Found;
import io.podidentity.schedule.Repeating;
import io.podidentity.schedule.Timeline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps entries in a folder, on a thread of its own. Where the folder fails or hangs, it is as if
 * there were none.
 */
public final class EntryKeeper implements SealedEntries {

    private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(1);

    private static final Duration MAX_CLOSE = Duration.ofSeconds(1);

    private final EntryFolder folder;
    private final int size;
    private final String issuer;
    private final Executor executor;
    private final FolderThread thread;
    private final Timeline timeline;
    private final StateEvents events;
    private final FolderRecords records;
    private final AtomicBoolean sweeping = new AtomicBoolean();

    private Function<String, @Nullable Contents> entries = key -> null;
    private volatile @Nullable Repeating sweeps;

    /**
     * @param state the folder in which the records have theirs
     * @param size how many entries are kept at most
     * @param issuer who issued them: records of another are not found
     * @param executor runs one task after another, which may block
     */
    public EntryKeeper(
            Path state,
            int size,
            String issuer,
            Executor executor,
            Timeline timeline,
            Clock clock,
            StateEvents events) {
        this(state, size, issuer, executor, timeline, Moment.of(clock), events);
    }

    EntryKeeper(
            Path state,
            int size,
            String issuer,
            Executor executor,
            Timeline timeline,
            Supplier<Moment> moments,
            StateEvents events) {
        this.issuer = issuer;
        this.folder = new EntryFolder(state);
        this.size = size;
        this.executor = executor;
        this.records = new FolderRecords(folder, moments, events);
        this.thread =
                new FolderThread(
                        executor,
                        2 * size,
                        (key, change) -> records.apply(key, change, entries),
                        timeline,
                        events);
        this.timeline = timeline;
        this.events = events;
    }

    @Override
    public void start(Function<String, @Nullable Contents> present) {
        entries = present;
        // Not an operation of the folder's: look-ups wait for it.
        executor.execute(records::warmUp);
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
        thread.await(MAX_CLOSE);
    }

    @Override
    public Seal seal(String rawToken) {
        return new TokenSeal(issuer + rawToken);
    }

    @Override
    public void changed(String key) {
        thread.change(key, waiting -> new Change(waiting.revoked(), true));
    }

    @Override
    public void dropped(String key, boolean revoked) {
        thread.change(key, waiting -> new Change(revoked || waiting.revoked(), false));
    }

    @Override
    public void open(String key, String rawToken, Consumer<@Nullable Contents> opened) {
        if (thread.stuck()) {
            tooLate();
            opened.accept(null);
            return;
        }
        Lookup lookup = new Lookup(opened);
        thread.urgent(
                () -> {
                    Contents found = null;
                    try {
                        found = records.find(key, issuer + rawToken);
                    } finally {
                        lookup.end(found);
                    }
                });
        watch(lookup);
    }

    /** A look-up may wait for others, but not where one hangs or each takes long. */
    private void watch(Lookup lookup) {
        lookup.timer(
                timeline.after(
                        FolderThread.MAX_OPERATION,
                        () -> {
                            if (!thread.stuck() && !thread.slow()) {
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

    private void requestSweep() {
        if (sweeping.compareAndSet(false, true)) {
            thread.urgent(this::sweep);
        }
    }

    /** Deletes what has expired and is too much, and does again what failed. */
    private void sweep() {
        try {
            Instant now = timeline.now();
            Optional<List<Kept>> found = folder.list(thread::urgentFirst);
            List<Kept> all = new ArrayList<>(found.orElse(List.of()));
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
                thread.urgentFirst();
            }
            events.records(left);
            // What another agent has deleted, since it was refused, stays so.
            records.due(found.isEmpty())
                    .forEach(
                            (key, revoked) ->
                                    thread.change(
                                            key,
                                            waiting ->
                                                    new Change(
                                                            revoked || waiting.revoked(), true)));
        } catch (IOException e) {
            events.failing(FolderRecords.reason(e));
        } finally {
            sweeping.set(false);
        }
    }
}
