package io.podidentity.agent.node;

import io.podidentity.config.LinkKind;

/** Watches the namespace it is started in, and prints a line for each thing put back. */
public final class LinkWatchProbe {

    private LinkWatchProbe() {}

    /** Runs until its standard input ends. */
    public static void main(String[] arguments) throws java.io.IOException {
        LinkSetup setup = LinkSetup.onThisNode(LinkKind.AUTO);
        try (LinkWatch watch = LinkWatch.start(setup, LinkWatchProbe::print)) {
            int end = System.in.read();
            System.out.println("closing " + watch.getClass().getSimpleName() + " on " + end);
        }
        System.out.println("closed");
    }

    private static void print(LinkReport report) {
        report.notices().forEach(notice -> System.out.println("notice: " + notice));
        report.changes().forEach(change -> System.out.println(change.done()));
        System.out.println(report.getClass().getSimpleName());
    }
}
