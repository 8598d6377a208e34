package io.podidentity.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A day of nodes with 60 pods each that all start within a minute, with EKS Auth limited to as many
 * calls per second as were 2,000, 5,000 or 10,000 for 10,000 nodes, for two SDKs, for this agent's
 * own classes and the reference's schedule. All figures are of the fleet as simulated.
 */
public final class FleetSimulation {

    private static final List<Integer> RATES = List.of(2_000, 5_000, 10_000);
    private static final int NODES = 100;
    private static final int RATED_NODES = 10_000;
    private static final int PLOTTED = 5_000;
    private static final int HOUR = 3_600;
    private static final Path DIRECTORY = Path.of("target");

    private FleetSimulation() {}

    public static void main(String[] args) throws IOException {
        List<String> table = new ArrayList<>();
        show(table, NODES + " nodes, " + NODES * Fleet.PODS_PER_NODE + " pods");
        show(
                table,
                String.format(
                        "%8s  %-8s %-10s %10s %12s %8s %11s %11s %18s",
                        "limit/s",
                        "SDK",
                        "schedule",
                        "peak/s",
                        "after 1 h/s",
                        "mean/s",
                        "calls",
                        "throttled",
                        "pods with an error"));
        Map<String, int[]> plotted = new LinkedHashMap<>();
        for (int rate : RATES) {
            for (Sdk sdk : List.of(Sdk.BOTO3, Sdk.JAVA)) {
                show(table, line(rate, sdk, "reference", ReferenceSchedule::new, plotted));
                show(table, line(rate, sdk, "ours", OurSchedule::new, plotted));
            }
        }
        Files.createDirectories(DIRECTORY);
        Files.write(DIRECTORY.resolve("fleet.txt"), table);
        Files.writeString(
                DIRECTORY.resolve("fleet.svg"),
                Plot.svg(
                        "EKS Auth calls per second, limited to " + limit(PLOTTED),
                        plotted,
                        limit(PLOTTED)));
        System.out.println("plot: " + DIRECTORY.resolve("fleet.svg"));
    }

    private static void show(List<String> table, String line) {
        System.out.println(line);
        table.add(line);
    }

    private static String line(
            int rate,
            Sdk sdk,
            String name,
            Function<Fleet, Schedule> schedule,
            Map<String, int[]> plotted) {
        int limit = limit(rate);
        Fleet fleet = new Fleet(NODES, limit, sdk);
        int errors = fleet.run(schedule.apply(fleet));
        LimitedEksAuth eksAuth = fleet.eksAuth;
        if (rate == PLOTTED && sdk.equals(Sdk.BOTO3)) {
            plotted.put(name, eksAuth.peaksPerMinute());
        }
        return String.format(
                "%8d  %-8s %-10s %10d %12d %8.1f %11d %11d %18d",
                limit,
                sdk.name(),
                name,
                eksAuth.peak(),
                eksAuth.peakAfter(HOUR),
                eksAuth.calls() / (double) FleetClock.DAY.toSeconds(),
                eksAuth.calls(),
                eksAuth.throttled(),
                errors);
    }

    private static int limit(int rate) {
        return Math.max(1, (int) ((long) rate * NODES / RATED_NODES));
    }
}
