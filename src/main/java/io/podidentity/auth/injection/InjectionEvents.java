package io.podidentity.auth.injection;

import java.util.Locale;

/** Events of injection, for metrics. */
public interface InjectionEvents {

    /** A pod was looked at. */
    void reviewed(Result result);

    /** What became of a pod. */
    enum Result {
        /** It got what it lacked. */
        INJECTED,
        /** It has all there is to inject. */
        COMPLETE,
        /** Its service account has no association. */
        NO_ASSOCIATION,
        /** It has an association but is for Windows, where no agent runs. */
        WINDOWS,
        /** It passed without, since the associations cannot be looked up. */
        UNAVAILABLE;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
