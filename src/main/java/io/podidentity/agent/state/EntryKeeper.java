package io.podidentity.agent.state;

import io.podidentity.agent.cache.SealedEntries;
import io.podidentity.agent.state.EntryFolder.Kept;
import io.podidentity.agent.state.FolderThread.Change;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final Supplier<Moment> moments;
    private final StateEvents events;
    private final SecureRandom random = new SecureRandom();

    private final AtomicBoolean sweeping = new AtomicBoolean();

    /** What the folder has of each entry; the thread's own. */
    private final Map<String, Records> records = new HashMap<>();

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
        this.thread = new FolderThread(executor, 2 * size, this::apply, timeline, events);
        this.timeline = timeline;
        this.moments = moments;
        this.events = events;
    }

    @Override
    public void start(Function<String, @Nullable Contents> present) {
        entries = present;
        // Not an operation of the folder's: look-ups wait for it.
        executor.execute(this::warmUp);
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
                        found = find(key, issuer + rawToken);
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

    private @Nullable Contents find(String key, String token) {
        try {
            String name = RecordKeys.name(token);
            byte[] record = folder.read(name);
            if (record == null) {
                events.looked(Found.NONE);
                return null;
            }
            return open(key, token, name, record);
        } catch (IOException e) {
            events.looked(Found.FAILED);
            events.failing(reason(e));
        } catch (GeneralSecurityException | RuntimeException bug) {
            events.looked(Found.FAILED);
            events.broke(bug);
        }
        return null;
    }

    private @Nullable Contents open(String key, String token, String name, byte[] record)
            throws IOException {
        RecordContents found;
        try {
            found = RecordContents.of(SealedRecord.open(token, name, record));
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
        records.merge(key, new Records(found.names(), null), Records::and);
        return contents;
    }

    private void apply(String key, Change change) {
        try {
            if (change.revoked()) {
                delete(records.getOrDefault(key, Records.NONE).names);
                records.remove(key);
            }
            if (!change.present()) {
                records.remove(key);
                return;
            }
            Moment now = moments.get();
            Contents contents = entries.apply(key);
            if (contents != null) {
                write(key, contents, now);
            }
        } catch (IOException e) {
            failed(key, change, reason(e));
        } catch (GeneralSecurityException | RuntimeException bug) {
            failed(key, change, "a bug");
            events.broke(bug);
        }
    }

    private void write(String key, Contents contents, Moment now)
            throws IOException, GeneralSecurityException {
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
        records.put(key, new Records(kept, null));
        delete(names.stream().skip(MOST_READERS).toList());
        byte[] bytes =
                new RecordContents(
                                contents.issued(), contents.lifetime(), contents.left(), now, kept)
                        .bytes();
        Instant expiry = contents.issued().credentials().expiration();
        for (TokenSeal.Derived seal : seals) {
            folder.write(seal.name(), SealedRecord.seal(seal, expiry, bytes, random), expiry);
            events.written(Written.KEPT);
        }
        events.working();
    }

    private void failed(String key, Change change, String reason) {
        events.written(Written.FAILED);
        events.failing(reason);
        records.merge(key, new Records(List.of(), change), Records::and);
    }

    private void delete(List<String> names) throws IOException {
        for (String name : names) {
            folder.delete(name);
        }
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
            again(found.isEmpty());
        } catch (IOException e) {
            events.failing(reason(e));
        } finally {
            sweeping.set(false);
        }
    }

    private void again(boolean all) {
        Map<String, Records> due = new HashMap<>(records);
        due.values().removeIf(each -> !all && each.failed == null);
        due.forEach(
                (key, each) -> {
                    boolean revoked = each.failed != null && each.failed.revoked();
                    thread.change(key, waiting -> new Change(revoked || waiting.revoked(), true));
                });
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
     * What the folder has of an entry.
     *
     * @param failed what is to be done again; null where it is as it should be
     */
    private record Records(List<String> names, @Nullable Change failed) {

        static final Records NONE = new Records(List.of(), null);

        Records and(Records more) {
            Set<String> both = new LinkedHashSet<>(names);
            both.addAll(more.names);
            return new Records(List.copyOf(both), more.failed == null ? failed : more.failed);
        }
    }
}
