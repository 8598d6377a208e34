package io.podidentity.bench;

import io.podidentity.agent.cache.CacheEvents;
import io.podidentity.agent.cache.CacheSettings;
import io.podidentity.agent.cache.CredentialCache;
import io.podidentity.agent.cache.SealedEntries;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.schedule.SystemTimeline;
import io.podidentity.token.TokenReader;
import io.podidentity.token.TokenReading.Current;
import io.podidentity.token.TokenVerifier.Verdict;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** What an entry costs on the heap, against the characters that it cannot do without. */
public final class EntryMemory {

    private static final int ENTRIES = 2_000;
    private static final Clock CLOCK = Clock.systemUTC();
    private static final CacheSettings SETTINGS =
            new CacheSettings(
                    Duration.ofHours(3),
                    ENTRIES,
                    3,
                    Duration.ofMillis(900),
                    128,
                    128,
                    10,
                    1,
                    ENTRIES * 2);

    private EntryMemory() {}

    public static void main(String[] args) {
        AtomicLong characters = new AtomicLong();
        try (SystemTimeline timeline = new SystemTimeline(CLOCK)) {
            // The first cache loads the classes.
            CredentialCache first = filled(timeline, characters);
            long before = used();
            characters.set(0);
            CredentialCache second = filled(timeline, characters);
            long bytes = used() - before;
            System.out.printf("entries                       %8d%n", second.entries());
            System.out.printf("all of them                   %8.2f MB%n", bytes / 1e6);
            System.out.printf("each                          %8d bytes%n", bytes / ENTRIES);
            System.out.printf(
                    "  of them token, credentials  %8d characters (%.0f %%)%n",
                    characters.get() / ENTRIES, 100.0 * characters.get() / bytes);
            first.close();
            second.close();
        }
    }

    private static CredentialCache filled(SystemTimeline timeline, AtomicLong characters) {
        Sized sized = new Sized();
        TokenReader reader = new TokenReader(CLOCK);
        CredentialCache cache =
                new CredentialCache(
                        request -> {
                            Issued issued =
                                    sized.issued(request, Instant.now(CLOCK).plusSeconds(21_600));
                            characters.addAndGet(
                                    request.token().length()
                                            + issued.credentials().sessionToken().length()
                                            + issued.credentials().secretAccessKey().length()
                                            + issued.credentials().accessKeyId().length());
                            return issued;
                        },
                        token -> new Verdict.Genuine(),
                        SETTINGS,
                        timeline,
                        Runnable::run,
                        new Random(),
                        SealedEntries.NONE,
                        CacheEvents.NONE);
        for (int pod = 0; pod < ENTRIES; pod++) {
            if (reader.read(sized.token(pod)) instanceof Current current) {
                var _ = cache.get(current.token(), "10.0.0.1");
            }
        }
        return cache;
    }

    private static long used() {
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
