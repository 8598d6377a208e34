package io.podidentity.agent.state;

import io.podidentity.agent.cache.SealedEntries.Contents;
import io.podidentity.agent.credentials.Association;
import io.podidentity.agent.credentials.CredentialOutcome.Issued;
import io.podidentity.agent.credentials.PodCredentials;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a record tells whoever can open it. The pod is not in it: its token names it.
 *
 * @param left of the credentials' lifetime when it was written
 * @param names of all records of the entry, which go when the entry is revoked
 */
record RecordContents(
        Issued issued, Duration lifetime, Duration left, Moment written, List<String> names) {

    RecordContents {
        names = List.copyOf(names);
    }

    /** What a cache may put back now; empty if the credentials are too old. */
    Optional<Contents> at(Moment now) {
        return now.since(written)
                .map(left::minus)
                .filter(Duration::isPositive)
                .map(leftNow -> new Contents(issued, lifetime, leftNow, List.of()));
    }

    byte[] bytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            PodCredentials credentials = issued.credentials();
            out.writeUTF(credentials.accessKeyId());
            out.writeUTF(credentials.secretAccessKey());
            out.writeUTF(credentials.sessionToken());
            out.writeUTF(credentials.accountId());
            write(out, credentials.expiration());
            Association association = issued.association();
            out.writeUTF(association.arn());
            out.writeUTF(association.id());
            out.writeUTF(association.roleArn());
            out.writeUTF(association.namespace());
            out.writeUTF(association.serviceAccount());
            out.writeLong(lifetime.toNanos());
            out.writeLong(left.toNanos());
            write(out, written.wall());
            out.writeUTF(written.boot());
            out.writeLong(written.uptime().toMillis());
            out.writeInt(names.size());
            for (String name : names) {
                out.writeUTF(name);
            }
            String requestId = issued.requestId();
            if (requestId != null) {
                out.writeUTF(requestId);
            }
        }
        return bytes.toByteArray();
    }

    static RecordContents of(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        PodCredentials credentials =
                new PodCredentials(
                        in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF(), time(in));
        Association association =
                new Association(
                        in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF());
        Duration lifetime = Duration.ofNanos(in.readLong());
        Duration left = Duration.ofNanos(in.readLong());
        Moment written = new Moment(time(in), in.readUTF(), Duration.ofMillis(in.readLong()));
        List<String> names = names(in);
        // Records of before 0.3 end here.
        String requestId = in.available() == 0 ? null : in.readUTF();
        return new RecordContents(
                new Issued(credentials, association, requestId), lifetime, left, written, names);
    }

    private static void write(DataOutputStream out, Instant time) throws IOException {
        out.writeLong(time.getEpochSecond());
        out.writeInt(time.getNano());
    }

    private static Instant time(DataInputStream in) throws IOException {
        return Instant.ofEpochSecond(in.readLong(), in.readInt());
    }

    private static List<String> names(DataInputStream in) throws IOException {
        List<String> names = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            names.add(in.readUTF());
        }
        return names;
    }
}
