package io.podidentity.auth.server;

import io.podidentity.harness.Shell;
import java.nio.file.Path;
import java.util.List;

/** A folder that nobody may write to until this is closed: mounted so, since root may always. */
record ReadOnlyFolder(Path folder) implements AutoCloseable {

    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    static ReadOnlyFolder of(Path folder) {
        if (ROOT) {
            Shell.succeed(List.of("mount", "--bind", folder.toString(), folder.toString()));
            Shell.succeed(List.of("mount", "-o", "remount,ro,bind", folder.toString()));
        } else {
            Shell.succeed(List.of("chmod", "a-w", folder.toString()));
        }
        return new ReadOnlyFolder(folder);
    }

    @Override
    public void close() {
        Shell.succeed(
                ROOT
                        ? List.of("umount", folder.toString())
                        : List.of("chmod", "u+w", folder.toString()));
    }
}
