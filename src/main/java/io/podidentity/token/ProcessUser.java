package io.podidentity.token;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;

/** Whose files this process' own are. */
public final class ProcessUser {

    private static final Path SELF = Path.of("/proc/self");

    private ProcessUser() {}

    /**
     * The user as which this process runs: the owner of its folder in proc(5). The JDK says it
     * nowhere, and no file must be made for it, which a full or read-only folder would not take.
     *
     * @throws IOException if /proc is not mounted
     */
    public static UserPrincipal get() throws IOException {
        return Files.getOwner(SELF);
    }
}
