package io.podidentity.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a node could leave on the machine that runs it.
 *
 * @param mounts a node's, as this process sees them
 * @param groups control groups whose name is a node's
 * @param processes command lines that name a node's folder
 * @param sysctls those that a kubelet sets for the whole machine
 */
record Traces(
        Set<String> mounts,
        Set<String> groups,
        Set<String> processes,
        Map<String, String> sysctls) {

    private static final String FOLDER = Path.of("target/node").toAbsolutePath().toString();

    static Traces now() throws IOException {
        Set<String> mounts = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
            if (line.contains(FOLDER) || line.matches(".*(kubelet|containerd|cni).*")) {
                mounts.add(line);
            }
        }
        Set<String> groups = new TreeSet<>();
        for (Path folder : list(Path.of("/sys/fs/cgroup"))) {
            for (Path group : Stream.concat(Stream.of(folder), list(folder).stream()).toList()) {
                if (group.getFileName().toString().startsWith("pod-identity-")) {
                    groups.add(group.toString());
                }
            }
        }
        Set<String> processes = new TreeSet<>();
        ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(line -> line.contains(FOLDER))
                .forEach(processes::add);
        Map<String, String> sysctls = new TreeMap<>();
        for (String name :
                List.of(
                        "vm/overcommit_memory",
                        "vm/panic_on_oom",
                        "kernel/panic",
                        "kernel/panic_on_oops",
                        "kernel/keys/root_maxkeys",
                        "kernel/keys/root_maxbytes",
                        "net/ipv4/ip_forward")) {
            sysctls.put(name, Files.readString(Path.of("/proc/sys", name)).strip());
        }
        return new Traces(mounts, groups, processes, sysctls);
    }

    /** The namespaces of all processes. */
    static Set<String> namespaces() throws IOException {
        Set<String> namespaces = new TreeSet<>();
        for (Path process : list(Path.of("/proc"))) {
            for (String kind : List.of("net", "mnt", "pid")) {
                try {
                    namespaces.add(
                            Files.readSymbolicLink(process.resolve("ns").resolve(kind)).toString());
                } catch (IOException e) {
                    // No process, or one that has just ended.
                }
            }
        }
        return namespaces;
    }

    private static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
