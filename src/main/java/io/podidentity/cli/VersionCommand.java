package io.podidentity.cli;

import io.podidentity.config.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints the version; starts nothing. */
@Command(name = "version", description = "Prints the version and exits.")
final class VersionCommand implements Callable<Integer> {

    @Override
    @SuppressWarnings("SystemOut") // The command's whole purpose.
    public Integer call() {
        System.out.println("pod-identity-agent " + Version.current());
        return 0;
    }
}
