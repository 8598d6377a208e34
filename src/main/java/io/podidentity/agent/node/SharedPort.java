package io.podidentity.agent.node;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.util.stream.Collectors.toSet;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A port that an older and a newer agent listen on at once during a roll-out. Left to itself Linux
 * spreads new connections over both; the newer one tells it (SO_ATTACH_REUSEPORT_CBPF, socket(7))
 * to give all to the newer one. When that ends, for whatever reason, the older one gets them again.
 * Linux lets only processes of one user on one network share a port: here root on the node's, also
 * in a container. With a third agent, the kernel may number them anew, and spread connections over
 * two.
 */
public final class SharedPort {

    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;

    /** Of classic BPF: return a constant. */
    private static final short RETURN = 0x06;

    private static final String LISTENING = "0A";

    /** What listens, and what has just ceased to. */
    private static final Set<String> BEFORE_OTHERS = Set.of(LISTENING, "07");

    private final Path self;

    SharedPort(Path self) {
        this.self = self;
    }

    /** The port as this process sees it. */
    public static SharedPort ofThisProcess() {
        return new SharedPort(Path.of("/proc/self"));
    }

    /** A listening socket: the family and address that it has, and its number in the kernel. */
    record Socket(String address, String inode) {}

    /**
     * Has the kernel give all new connections of a port to the sockets that this process opened
     * last. Reads files, so not to be called on an event loop.
     *
     * @return how many sockets of others gave way; 0 where none shares the port
     * @throws IOException if the kernel refuses, or does not say who listens
     */
    public int takeOver(int port) throws IOException {
        List<Socket> sockets = listening(port);
        Map<String, Integer> own = descriptors();
        int others = 0;
        for (Socket socket : sockets) {
            Integer descriptor = own.get(socket.inode());
            if (descriptor != null) {
                int older = older(sockets, socket.address(), own);
                others += older;
                if (older > 0) {
                    // The kernel numbers them in the order in which they began to listen.
                    choose(descriptor, older);
                }
            }
        }
        return others;
    }

    private static int older(List<Socket> sockets, String address, Map<String, Integer> own) {
        return (int)
                sockets.stream()
                        .filter(each -> each.address().equals(address))
                        .filter(each -> !own.containsKey(each.inode()))
                        .count();
    }

    /** Whether any process listens on a port, whatever the address. Reads files. */
    public boolean isTaken(int port) throws IOException {
        return !listening(port).isEmpty();
    }

    /**
     * The processes that listen on a port, as far as this one may see them, such as {@code pid 7
     * (nginx)}. Reads files.
     */
    public List<String> holders(int port) throws IOException {
        Set<String> sockets = listening(port).stream().map(Socket::inode).collect(toSet());
        List<String> holders = new ArrayList<>();
        Path processes = Objects.requireNonNull(self.getParent());
        try (DirectoryStream<Path> all = Files.newDirectoryStream(processes, "[0-9]*")) {
            for (Path each : all) {
                try {
                    if (!Collections.disjoint(
                            new SharedPort(each).descriptors().keySet(), sockets)) {
                        String name = Files.readString(each.resolve("comm")).strip();
                        holders.add("pid %s (%s)".formatted(each.getFileName(), name));
                    }
                } catch (IOException e) {
                    // Another user's, or it has ended.
                }
            }
        }
        return holders;
    }

    private List<Socket> listening(int port) throws IOException {
        String end = ":%04X".formatted(port);
        List<Socket> sockets = new ArrayList<>();
        for (String family : List.of("tcp", "tcp6")) {
            Path table = self.resolve("net").resolve(family);
            if (Files.exists(table)) {
                try (BufferedReader lines = Files.newBufferedReader(table)) {
                    lines.readLine(); // The titles.
                    read(lines, family, end, sockets);
                }
            }
        }
        return sockets;
    }

    /** Those that listen come first; of the others a busy node has hundreds of thousands. */
    private static void read(BufferedReader lines, String family, String end, List<Socket> sockets)
            throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.strip().split("\\s+", 11);
            if (fields.length <= 9 || !BEFORE_OTHERS.contains(fields[3])) {
                return;
            }
            if (fields[3].equals(LISTENING) && fields[1].endsWith(end)) {
                sockets.add(new Socket(family + " " + fields[1], fields[9]));
            }
        }
    }

    /** The sockets of this process by their number in the kernel. */
    private Map<String, Integer> descriptors() throws IOException {
        Map<String, Integer> own = new HashMap<>();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(self.resolve("fd"))) {
            for (Path each : open) {
                try {
                    String target = Files.readSymbolicLink(each).toString();
                    if (target.startsWith("socket:[")) {
                        own.put(
                                target.substring("socket:[".length(), target.length() - 1),
                                Integer.valueOf(each.getFileName().toString()));
                    }
                } catch (NoSuchFileException e) {
                    // Closed since.
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return own;
    }

    private static void choose(int descriptor, int index) throws NetlinkException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment instruction = arena.allocate(8, 4);
            instruction.set(JAVA_SHORT, 0, RETURN);
            instruction.set(JAVA_INT, 4, index);
            MemorySegment program = arena.allocate(16, 8);
            program.set(JAVA_SHORT, 0, (short) 1);
            program.set(ADDRESS, 8, instruction);
            LibC.setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program);
        }
    }
}
