package io.podidentity.doctor;

import io.podidentity.config.InvalidSettingException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jose4j.json.JsonUtil;

/** What all checks found, in their order. */
public record Report(List<Line> lines) {

    /** For each check; they wait at once. */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    public Report {
        lines = List.copyOf(lines);
    }

    /** Makes all checks at once, each on a thread of its own, and waits for none longer. */
    public static Report of(List<Check> checks, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        List<FutureTask<Finding>> running = new ArrayList<>();
        for (Check check : checks) {
            FutureTask<Finding> task = new FutureTask<>(check.look());
            Thread.ofPlatform().daemon().name(check.name()).start(task);
            running.add(task);
        }
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < checks.size(); i++) {
            lines.add(new Line(checks.get(i).name(), await(running.get(i), end, patience)));
        }
        return new Report(lines);
    }

    private static Finding await(FutureTask<Finding> task, long end, Duration patience) {
        try {
            return task.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return Finding.fail(
                    "no answer within " + patience.toMillis() / 1_000 + " s",
                    "see what hangs: the network, the name server, a proxy or a file system");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.skipped("interrupted");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            return switch (cause == null ? e : cause) {
                case Once.Unmet unmet -> Finding.skipped(String.valueOf(unmet.getMessage()));
                case InvalidSettingException setting -> {
                    String[] parts = String.valueOf(setting.getMessage()).split("; (?!.*; )", 2);
                    yield Finding.fail(parts[0], parts.length == 1 ? "see --help" : parts[1]);
                }
                // Others may quote what could not be read.
                case IOException failed ->
                        Finding.fail(text(failed), "see that it exists and may be used");
                case Throwable bug ->
                        Finding.fail(
                                "the check itself failed: " + bug.getClass().getSimpleName(),
                                "please report it");
            };
        }
    }

    /** An exception in one line, which the JDK's messages alone are too short for. */
    static String text(IOException e) {
        IOException root = e;
        while (root.getCause() instanceof IOException cause) {
            root = cause;
        }
        String name = root.getClass().getSimpleName();
        return root.getMessage() == null ? name : name + ": " + root.getMessage();
    }

    /** Whether nothing failed. */
    public boolean healthy() {
        return lines.stream().noneMatch(line -> line.finding().result() == Finding.Result.FAIL);
    }

    /** A line for each check, and one more where it failed. */
    public String text() {
        int width = lines.stream().mapToInt(line -> line.check().length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (Line line : lines) {
            Finding finding = line.finding();
            text.append(
                    "%-7s  %s  %s%n"
                            .formatted(
                                    finding.result(),
                                    line.check() + " ".repeat(width - line.check().length()),
                                    finding.seen()));
            if (!finding.remedy().isEmpty()) {
                text.append("         -> %s%n".formatted(finding.remedy()));
            }
        }
        return text.toString();
    }

    /** An array of objects. */
    public String json() {
        List<String> objects = new ArrayList<>();
        for (Line line : lines) {
            Finding finding = line.finding();
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("check", line.check());
            object.put("result", finding.result().toString());
            object.put("seen", finding.seen());
            object.put("remedy", finding.remedy());
            objects.add(JsonUtil.toJson(object));
        }
        return "[" + String.join(",\n ", objects) + "]\n";
    }

    /** One check's. */
    public record Line(String check, Finding finding) {}
}
