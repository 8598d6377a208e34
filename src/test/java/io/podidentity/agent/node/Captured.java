package io.podidentity.agent.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Datagrams between real {@code ip} commands and a kernel; capture-netlink.sh made them. */
record Captured(List<byte[]> sent, List<byte[]> received) {

    static final List<String> COMMANDS =
            List.of(
                    "link-add-unknown-kind",
                    "link-add",
                    "link-up",
                    "link-list",
                    "link-delete",
                    "address-add",
                    "address-add-ipv6",
                    "address-add-twice",
                    "address-list",
                    "address-delete",
                    "address-delete-ipv6",
                    "route-add",
                    "route-add-ipv6",
                    "route-list",
                    "route-list-ipv6",
                    "route-delete");

    static Captured of(String command) {
        List<byte[]> sent = new ArrayList<>();
        List<byte[]> received = new ArrayList<>();
        String resource = "/netlink/" + command + ".txt";
        try (InputStream in = Captured.class.getResourceAsStream(resource)) {
            new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(
                            line ->
                                    (line.startsWith(">") ? sent : received)
                                            .add(HexFormat.of().parseHex(line.substring(2))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Captured(sent, received);
    }

    /** The messages of one type that the kernel answered with. */
    List<Message> answers(int type) throws NetlinkException {
        return messages(received, type);
    }

    Message request(int type) throws NetlinkException {
        return messages(sent, type).getLast();
    }

    private static List<Message> messages(List<byte[]> datagrams, int type)
            throws NetlinkException {
        List<Message> messages = new ArrayList<>();
        for (byte[] datagram : datagrams) {
            messages.addAll(Message.in(datagram));
        }
        return messages.stream().filter(message -> message.type() == type).toList();
    }
}
