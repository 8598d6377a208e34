package io.podidentity.doctor;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** What several checks need and the first of them makes. */
final class Once<T> {

    private final FutureTask<T> task;

    Once(Callable<T> maker) {
        this.task = new FutureTask<>(maker);
    }

    /** Throws what the maker has thrown. */
    T get() throws Exception {
        task.run();
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception failed ? failed : e;
        }
    }

    /**
     * For checks that are not about this.
     *
     * @throws Unmet if it cannot be made
     */
    T needed(String what) throws InterruptedException {
        task.run();
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new Unmet("needs " + what);
        }
    }

    /** A check cannot look at its thing, because another failed. */
    static final class Unmet extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unmet(String message) {
            super(message, null, false, false);
        }
    }
}
