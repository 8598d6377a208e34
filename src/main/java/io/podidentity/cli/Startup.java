package io.podidentity.cli;

import io.podidentity.auth.server.AuthServer;
import io.podidentity.config.AgentConfig;
import io.podidentity.config.ServerStart;
import io.podidentity.schedule.Background;
import io.podidentity.schedule.SystemTimeline;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import org.jspecify.annotations.Nullable;

/** Starts what the command needs, and nothing of the other command. */
@ApplicationScoped
class Startup {

    private static final int BEFORE_OTHERS = 1_000;
    private static final int FIRST = 1;

    private @Nullable AuthServer auth;

    void start(
            @Observes @Priority(BEFORE_OTHERS) StartupEvent started,
            AgentConfig config,
            Event<ServerStart> server,
            Instance<AuthServer> authServer,
            SystemTimeline timeline) {
        RestingHeap.watch(Background.scheduler(timeline));
        switch (config.command()) {
            case SERVER -> server.fire(new ServerStart());
            case AUTH -> {
                auth = authServer.get();
                auth.start();
            }
        }
    }

    void stop(@Observes @Priority(FIRST) ShutdownEvent stopping) {
        if (auth != null) {
            auth.stop();
        }
    }
}
