package io.podidentity.soak;

import java.util.List;

/** Whether a figure that was sampled at even intervals still grows. */
record Trend(List<Long> samples) {

    private static final int MIN_SAMPLES = 9;

    Trend {
        samples = List.copyOf(samples);
        if (samples.size() < MIN_SAMPLES) {
            throw new IllegalArgumentException("too few samples: " + samples);
        }
    }

    /**
     * How much more the last third of the time has than the middle one. The first is for caches
     * that fill and code that is compiled; medians, because a peak is not growth.
     */
    long growth() {
        int third = samples.size() / 3;
        int end = samples.size();
        return median(samples.subList(end - third, end))
                - median(samples.subList(end - 2 * third, end - third));
    }

    private static long median(List<Long> part) {
        return part.stream().sorted().toList().get(part.size() / 2);
    }
}
