package io.podidentity.cli;

import io.quarkus.runtime.Application;

/**
 * Ends the process with 0 when it is told to stop. By default the JVM answers SIGTERM with 143,
 * which Kubernetes shows as an error at every roll-out.
 */
final class ExitCode {

    private static volatile int code;

    private ExitCode() {}

    /** From now on a signal ends the process with 0, once the application has stopped. */
    static void zeroOnSignal() {
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("exit-code").unstarted(ExitCode::halt));
    }

    /** Ends the process with this code. */
    static void exit(int status) {
        code = status;
        System.exit(status);
    }

    private static void halt() {
        Application application = Application.currentApplication();
        if (application != null) {
            application.awaitShutdown();
        }
        Runtime.getRuntime().halt(code);
    }
}
