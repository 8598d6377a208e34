package io.podidentity.agent.authservice;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The associations of a YAML file, read again at the first look-up after it changed. An edit that
 * cannot be read changes nothing.
 *
 * <pre>{@code
 * associations:
 *   - cluster: my-cluster
 *     namespace: default
 *     serviceAccount: orders
 *     roleArn: arn:aws:iam::123456789012:role/orders
 * }</pre>
 */
public final class AssociationsFile implements Associations {

    private static final Logger LOG = Logger.getLogger(AssociationsFile.class);

    private final Path file;
    private @Nullable Stamp read;
    private @Nullable Map<Subject, RoleAssociation> held;
    private String problem = "they have not been read yet";

    public AssociationsFile(Path file) {
        this.file = file;
    }

    @Override
    public synchronized Lookup find(String cluster, String namespace, String serviceAccount) {
        readIfChanged();
        if (held == null) {
            return new Lookup.Unavailable(problem);
        }
        RoleAssociation found = held.get(new Subject(cluster, namespace, serviceAccount));
        return found == null ? new Lookup.None() : new Lookup.Found(found);
    }

    private void readIfChanged() {
        Stamp stamp = Stamp.of(file);
        if (stamp.equals(read)) {
            return;
        }
        read = stamp;
        try {
            Map<Subject, RoleAssociation> now = index(AssociationsYaml.read(file));
            LOG.infof("%d associations read from %s", now.size(), file);
            held = now;
        } catch (IOException e) {
            problem = file.getFileName() + " cannot be read: " + e.getMessage();
            LOG.warnf(
                    "%s cannot be read: %s; %s",
                    file,
                    e.getMessage(),
                    held == null ? "there are no associations" : "the last good ones stay");
        }
    }

    private static Map<Subject, RoleAssociation> index(List<RoleAssociation> associations)
            throws IOException {
        Map<Subject, RoleAssociation> bySubject = new LinkedHashMap<>();
        for (RoleAssociation each : associations) {
            Subject subject = new Subject(each.cluster(), each.namespace(), each.serviceAccount());
            if (bySubject.put(subject, each) != null) {
                throw new IOException(subject + " has two associations");
            }
        }
        return bySubject;
    }

    private record Subject(String cluster, String namespace, String serviceAccount) {

        @Override
        public String toString() {
            return namespace + "/" + serviceAccount + " of " + cluster;
        }
    }

    /** Changes whenever the file does. */
    private record Stamp(@Nullable FileTime modified, long size, @Nullable Object key) {

        static Stamp of(Path file) {
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(
                        attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
            } catch (IOException e) {
                return new Stamp(null, -1, null);
            }
        }
    }
}
