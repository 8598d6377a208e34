package io.podidentity.auth.server;

import io.podidentity.auth.FileStamp;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The PEM files of TLS.
 *
 * @param clientAuthorities issuers of client certificates; null asks for none
 * @param clientsMust whether a client without a certificate is refused at once
 */
public record Tls(
        Path certificate, Path key, @Nullable Path clientAuthorities, boolean clientsMust) {

    /** Changes whenever one of the files does. */
    List<FileStamp> stamps() {
        return Stream.of(certificate, key, clientAuthorities)
                .filter(Objects::nonNull)
                .map(FileStamp::of)
                .toList();
    }
}
