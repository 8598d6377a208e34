package io.podidentity.agent.state;

/** What becomes of records, for metrics and the log. Must not block. */
public interface StateEvents {

    /** A record was looked for. */
    default void looked(Found found) {}

    /** A record was to be written. */
    default void written(Written result) {}

    /** How many records the folder has. */
    default void records(int count) {}

    /**
     * Records cannot be written or read.
     *
     * @param reason the same text for the same reason
     */
    default void failing(String reason) {}

    /** Records are written. */
    default void working() {}

    /** A bug. */
    default void broke(Throwable bug) {}

    /** What came of looking for a record. */
    enum Found {
        OPENED,
        NONE,
        EXPIRED,
        /** Not as it was written. */
        DAMAGED,
        /** The folder cannot be read. */
        FAILED,
        /** The folder did not answer in time. */
        LATE
    }

    /** What came of writing a record. */
    enum Written {
        KEPT,
        FAILED,
        /** Too many others wait. */
        LEFT_OUT
    }
}
