package io.podidentity.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Asks the same over some kept connections, one request after the other on each. */
record HttpLoad(int port, String request, int connections) {

    private static final int MAX_PER_CONNECTION = 2_000_000;

    /** Latencies in nanoseconds, sorted, and the time they took together. */
    static final class Result {

        private final long[] nanos;
        private final Duration took;

        Result(long[] nanos, Duration took) {
            this.nanos = nanos;
            this.took = took;
        }

        int count() {
            return nanos.length;
        }

        double perSecond() {
            return nanos.length / (took.toNanos() / 1e9);
        }

        double millis(double percentile) {
            return nanos[(int) Math.min(nanos.length - 1L, (long) (nanos.length * percentile))]
                    / 1e6;
        }
    }

    Result run(Duration duration) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            long start = System.nanoTime();
            long end = start + duration.toNanos();
            List<Callable<long[]>> tasks =
                    IntStream.range(0, connections)
                            .<Callable<long[]>>mapToObj(i -> () -> ask(end))
                            .toList();
            List<Future<long[]>> all = threads.invokeAll(tasks);
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            long[][] each = new long[all.size()][];
            for (int i = 0; i < each.length; i++) {
                each[i] = all.get(i).get();
            }
            long[] nanos = Arrays.stream(each).flatMapToLong(Arrays::stream).sorted().toArray();
            return new Result(nanos, took);
        }
    }

    private long[] ask(long end) throws IOException {
        long[] nanos = new long[1024];
        int count = 0;
        byte[] bytes = request.getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
            while (System.nanoTime() < end && count < MAX_PER_CONNECTION) {
                long start = System.nanoTime();
                socket.getOutputStream().write(bytes);
                readAnswer(in);
                if (count == nanos.length) {
                    nanos = Arrays.copyOf(nanos, count * 2);
                }
                nanos[count++] = System.nanoTime() - start;
            }
        }
        return Arrays.copyOf(nanos, count);
    }

    private static void readAnswer(InputStream in) throws IOException {
        String status = line(in);
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException("not answered with 200 but with " + status);
        }
        int length = -1;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).strip());
            }
        }
        in.skipNBytes(length);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection was closed in the middle of an answer");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
