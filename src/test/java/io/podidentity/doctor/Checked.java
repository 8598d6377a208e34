package io.podidentity.doctor;

import java.util.List;

/** One of many checks, made. */
final class Checked {

    private Checked() {}

    static Finding of(List<Check> checks, String name) {
        Check check =
                checks.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
        return Report.of(List.of(check), Report.PATIENCE.multipliedBy(4))
                .lines()
                .getFirst()
                .finding();
    }
}
