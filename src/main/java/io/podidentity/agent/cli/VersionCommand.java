package io.podidentity.agent.cli;

import io.podidentity.agent.config.Version;
import picocli.CommandLine.Command;

/** Prints the version; starts nothing. */
@Command(name = "version", description = "Prints the version and exits.")
final class VersionCommand implements Runnable {

    @Override
    @SuppressWarnings("SystemOut") // The command's whole purpose.
    public void run() {
        System.out.println("pod-identity-agent " + Version.current());
    }
}
