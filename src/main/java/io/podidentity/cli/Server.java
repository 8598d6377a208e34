package io.podidentity.cli;

import io.podidentity.aws.SdkSettings;
import io.podidentity.config.InvalidSettingException;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.smallrye.config.ConfigValidationException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Boots Quarkus with the flags as configuration, and waits until it ends. */
final class Server {

    private static final int FAILED = 1;

    private Server() {}

    /** Runs until the process is told to stop; returns its exit code. */
    static int run(Map<String, String> properties, LogLevel level) {
        properties.forEach(System::setProperty);
        try {
            SdkSettings.apply(System.getenv());
        } catch (InvalidSettingException e) {
            return printError(e.getMessage());
        }
        if (level != LogLevel.INFO) {
            System.setProperty("quarkus.log.level", level.quarkus());
        }
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            ExitCode.zeroOnSignal();
        }
        AtomicInteger code = new AtomicInteger();
        Quarkus.run(null, (status, problem) -> code.set(exitCode(status, problem)));
        return code.get();
    }

    private static int exitCode(int status, @Nullable Throwable problem) {
        if (problem == null) {
            return status;
        }
        Throwable root = problem;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return switch (root) {
            case InvalidSettingException setting -> printError(setting.getMessage());
            case ConfigValidationException settings -> {
                for (int i = 0; i < settings.getProblemCount(); i++) {
                    printError(settings.getProblem(i).getMessage());
                }
                yield Main.USAGE;
            }
            default -> {
                problem.printStackTrace();
                yield FAILED;
            }
        };
    }

    private static int printError(@Nullable String line) {
        System.err.println("pod-identity-agent: " + line);
        return Main.USAGE;
    }
}
