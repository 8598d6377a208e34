package io.podidentity.agent.state;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Writes down what became of records, a word each. */
final class RecordedState implements StateEvents {

    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    List<String> lines() {
        return List.copyOf(lines);
    }

    long count(Found found) {
        return count("looked " + found);
    }

    long count(Written result) {
        return count("written " + result);
    }

    private long count(String line) {
        return lines().stream().filter(line::equals).count();
    }

    @Override
    public void looked(Found found) {
        lines.add("looked " + found);
    }

    @Override
    public void written(Written result) {
        lines.add("written " + result);
    }

    @Override
    public void records(int count) {
        lines.add(count + " records");
    }

    @Override
    public void failing(String reason) {
        lines.add("failing: " + reason);
    }

    @Override
    public void broke(Throwable bug) {
        lines.add("broke: " + bug);
    }
}
