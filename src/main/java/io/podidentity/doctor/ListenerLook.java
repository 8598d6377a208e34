package io.podidentity.doctor;

import io.podidentity.agent.node.SharedPort;
import io.podidentity.agent.server.BindProblem;
import io.podidentity.config.BindHost;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.List;

/** Whether pods would find the agent at one of its addresses, and if not, who is there. */
record ListenerLook(BindHost host, int port) {

    /** What an agent says to a request without a token. */
    private static final int NO_TOKEN = 400;

    /** What it says to one for another host, as one to a wildcard's loopback is. */
    private static final int OTHER_HOST = 403;

    Finding find(boolean ipv6) throws IOException {
        if (!ipv6 && host.address().contains(":")) {
            return Finding.skipped("this node has no IPv6");
        }
        BindHost local = host.local();
        String seen;
        try {
            int status =
                    Http.get(URI.create("http://" + local.inUrl() + ":" + port + "/v1/credentials"))
                            .status();
            boolean wildcard = !local.equals(host);
            if (status == NO_TOKEN || (wildcard && status == OTHER_HOST)) {
                return Finding.ok("answers as an agent does");
            }
            seen = "answers with status " + status + ", unlike an agent";
        } catch (IOException e) {
            seen = "nobody answers (" + Report.text(e) + ")";
        }
        String problem = bindProblem();
        if (problem.isEmpty()) {
            return Finding.fail(
                    seen + "; the port is free", "start the agent, or see why it has ended");
        }
        if (!problem.equals(BindProblem.TAKEN)) {
            return Finding.fail(seen + "; an agent could not listen there", problem);
        }
        List<String> holders = SharedPort.ofThisProcess().holders(port);
        String who =
                holders.isEmpty()
                        ? "a process that cannot be seen from here"
                        : String.join(", ", holders);
        return Finding.fail(
                seen + "; the port is held by " + who,
                "stop that process, or give the agent another --port and pods the same one");
    }

    /** Binds without listening, so that nobody can connect meanwhile; empty if it works. */
    private String bindProblem() {
        try (Socket socket = new Socket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host.address(), port));
            return "";
        } catch (IOException | RuntimeException e) {
            return BindProblem.of(e).text();
        }
    }
}
