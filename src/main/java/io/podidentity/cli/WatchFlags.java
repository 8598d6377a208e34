package io.podidentity.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that say where a process can be watched. */
final class WatchFlags {

    @Option(
            names = "--probe-port",
            converter = Checked.Port.class,
            description = "Port of the probes on localhost. Default: 2703.")
    @Nullable String probePort;

    @Option(
            names = "--metrics-address",
            converter = Checked.Host.class,
            description = "Address of the metrics and the probes. Default: 0.0.0.0.")
    @Nullable String metricsAddress;

    @Option(
            names = "--metrics-port",
            converter = Checked.Port.class,
            description = "Port of the metrics and the probes. Default: 2705.")
    @Nullable String metricsPort;
}
