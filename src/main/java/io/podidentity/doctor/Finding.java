package io.podidentity.doctor;

/**
 * What a check found.
 *
 * @param seen what was seen, without secrets
 * @param remedy what to do about it; empty unless it failed
 */
public record Finding(Result result, String seen, String remedy) {

    public Finding {
        // What a server says is shown on a terminal.
        seen = seen.replaceAll("\\p{Cntrl}+", " ");
    }

    static Finding ok(String seen) {
        return new Finding(Result.OK, seen, "");
    }

    static Finding fail(String seen, String remedy) {
        return new Finding(Result.FAIL, seen, remedy);
    }

    static Finding skipped(String seen) {
        return new Finding(Result.SKIPPED, seen, "");
    }

    /** Whether all is well. */
    public enum Result {
        OK("ok"),
        FAIL("FAIL"),
        SKIPPED("skipped");

        private final String text;

        Result(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
