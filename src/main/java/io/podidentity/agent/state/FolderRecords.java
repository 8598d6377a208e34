package io.podidentity.agent.state;

import static io.podidentity.agent.cache.SealedEntries.MOST_READERS;

import io.podidentity.agent.cache.SealedEntries.Contents;
import io.podidentity.agent.cache.SealedEntries.Seal;
import io.podidentity.agent.state.FolderThread.Change;
import io.podidentity.agent.state.StateEvents.Found;
import io.podidentity.agent.state.StateEvents.Written;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The records of entries in a folder, for the folder's thread alone. */
final class FolderRecords {

    private final EntryFolder folder;
    private final Supplier<Moment> moments;
    private final StateEvents events;
    private final SecureRandom random = new SecureRandom();

    /** What the folder has of each entry. */
    private final Map<String, Records> records = new HashMap<>();

    FolderRecords(EntryFolder folder, Supplier<Moment> moments, StateEvents events) {
        this.folder = folder;
        this.moments = moments;
        this.events = events;
    }

    /** What a token opens; null where there is nothing, or it cannot be used. */
    @Nullable Contents find(String key, String token) {
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

    /**
     * Writes an entry, or deletes it.
     *
     * @param entries what there is of each now
     */
    void apply(String key, Change change, Function<String, @Nullable Contents> entries) {
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

    /** What is to be done again, and whether the entry was revoked. */
    Map<String, Boolean> due(boolean all) {
        Map<String, Boolean> due = new HashMap<>();
        records.forEach(
                (key, each) -> {
                    if (all || each.failed != null) {
                        due.put(key, each.failed != null && each.failed.revoked());
                    }
                });
        return due;
    }

    /** The first use of the ciphers takes longer than a request should. */
    void warmUp() {
        try {
            TokenSeal.Derived seal = new TokenSeal("warm-up").derive(random);
            byte[] record = SealedRecord.seal(seal, Instant.EPOCH, new byte[0], random);
            var _ = SealedRecord.open("warm-up", seal.name(), record);
        } catch (GeneralSecurityException bug) {
            events.broke(bug);
        }
    }

    /** Why, without names of files, so that the same is the same each time. */
    static String reason(IOException e) {
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
