package io.podidentity.auth.exchange;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.podidentity.auth.FileStamp;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The access keys of a YAML file, read again when it changes. An edit that cannot be read changes
 * nothing.
 *
 * <pre>{@code
 * callers:
 *   - accessKeyId: AKIANODES
 *     secretAccessKey: …
 *   - accessKeyId: AKIAADMIN
 *     secretAccessKey: …
 *     may: [exchange, associations]
 * }</pre>
 */
public final class AccessKeys {

    private static final Logger LOG = Logger.getLogger(AccessKeys.class);
    private static final YAMLMapper YAML =
            YAMLMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();
    private static final int MIN_SECRET_LENGTH = 16;

    private final Path file;
    private FileStamp read;
    private Map<String, AccessKey> held;

    /**
     * @throws IOException where the file cannot be read; the message says why and quotes no key
     */
    public AccessKeys(Path file) throws IOException {
        this.file = file;
        this.read = FileStamp.of(file);
        this.held = load();
    }

    synchronized Optional<AccessKey> find(String id) {
        readIfChanged();
        return Optional.ofNullable(held.get(id));
    }

    /** A permission's word in the file. */
    static String word(Permission permission) {
        return permission.name().toLowerCase(Locale.ROOT);
    }

    private void readIfChanged() {
        FileStamp now = FileStamp.of(file);
        if (now.equals(read)) {
            return;
        }
        read = now;
        try {
            held = load();
            LOG.infof("%d callers read from %s", held.size(), file);
        } catch (IOException e) {
            LOG.warnf("%s cannot be read: %s; the last good ones stay", file, e.getMessage());
        }
    }

    private Map<String, AccessKey> load() throws IOException {
        Content content;
        try {
            content = YAML.readValue(Files.readString(file), Content.class);
        } catch (JacksonException e) {
            // Without the parser's message, which quotes the file.
            throw new IOException(
                    "line " + e.getLocation().getLineNr() + " is not as it should be");
        } catch (RuntimeException e) {
            // A parser bug, whose message may quote the file, too.
            throw new IOException("it makes the parser fail with " + e.getClass().getSimpleName());
        }
        if (content == null || content.callers() == null) {
            throw new IOException("there is no list \"callers\"");
        }
        Map<String, AccessKey> keys = new HashMap<>();
        for (CallerEntry entry : content.callers()) {
            AccessKey key = entry.key(keys.size() + 1);
            if (keys.put(key.id(), key) != null) {
                throw new IOException("access key " + key.id() + " is there twice");
            }
        }
        return keys;
    }

    @RegisterForReflection
    private record Content(@Nullable List<CallerEntry> callers) {}

    @RegisterForReflection
    private record CallerEntry(
            @Nullable String accessKeyId,
            @Nullable String secretAccessKey,
            @Nullable List<String> may) {

        AccessKey key(int number) throws IOException {
            if (accessKeyId == null || !accessKeyId.matches("\\w{4,128}")) {
                throw new IOException(
                        "caller " + number + ": accessKeyId must be 4 to 128 letters and digits");
            }
            if (secretAccessKey == null || secretAccessKey.length() < MIN_SECRET_LENGTH) {
                throw new IOException(
                        "caller %d: secretAccessKey must have %d characters at least"
                                .formatted(number, MIN_SECRET_LENGTH));
            }
            Set<Permission> permissions = EnumSet.noneOf(Permission.class);
            for (String word : may == null ? List.of(word(Permission.EXCHANGE)) : may) {
                permissions.add(permission(number, word));
            }
            return new AccessKey(accessKeyId, secretAccessKey, permissions);
        }

        private static Permission permission(int number, String text) throws IOException {
            return Arrays.stream(Permission.values())
                    .filter(each -> word(each).equals(text))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new IOException(
                                            "caller %d: may holds words among %s, not \"%s\""
                                                    .formatted(number, words(), text)));
        }

        private static String words() {
            return Arrays.stream(Permission.values())
                    .map(AccessKeys::word)
                    .collect(Collectors.joining(", "));
        }

        @Override
        public String toString() {
            return "CallerEntry[" + accessKeyId + "]";
        }
    }
}
