package io.podidentity.harness;

import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Ends what a test class has left running, which fails it: the next one finds an idle machine. */
public final class NoProcessLeft implements AfterAllCallback {

    @Override
    public void afterAll(ExtensionContext context) {
        // A nested class runs amid the processes of the one around it.
        if (context.getEnclosingTestClasses().isEmpty()) {
            List<String> left = Processes.endAll();
            if (!left.isEmpty()) {
                throw new AssertionError("left running: " + left);
            }
        }
    }
}
