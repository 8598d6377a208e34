package io.podidentity.agent.status;

import java.util.List;

/** A further table of the page. */
public interface StatusTable {

    String title();

    List<String> columns();

    /** A cell for each column. */
    List<List<String>> rows();
}
