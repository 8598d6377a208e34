package io.podidentity.auth.associations;

import io.podidentity.auth.FileStamp;
import io.podidentity.auth.associations.Associations.Lookup.Found;
import io.podidentity.auth.associations.Associations.Lookup.None;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The associations of a YAML file, read again at the first look-up after it changed. An edit that
 * cannot be read changes nothing. A missing file is created by the first change.
 *
 * <pre>{@code
 * associations:
 *   - cluster: my-cluster
 *     namespace: default
 *     serviceAccount: orders
 *     roleArn: arn:aws:iam::123456789012:role/orders
 * }</pre>
 */
public final class AssociationsFile implements AssociationStore {

    private static final Logger LOG = Logger.getLogger(AssociationsFile.class);

    private final Path file;
    private final DurableFile durable;
    private @Nullable FileStamp read;
    private @Nullable AssociationIndex held;
    private String problem = "they have not been read yet";

    public AssociationsFile(Path file) {
        this.file = file;
        this.durable = new DurableFile(file);
    }

    @Override
    public synchronized Lookup find(String cluster, String namespace, String serviceAccount) {
        readIfChanged();
        if (held == null) {
            return new Lookup.Unavailable(problem);
        }
        return held.find(cluster, namespace, serviceAccount)
                .<Lookup>map(Found::new)
                .orElseGet(None::new);
    }

    @Override
    public List<RoleAssociation> all() throws IOException {
        return AssociationsYaml.parse(text()).all();
    }

    @Override
    public Optional<RoleAssociation> get(String cluster, String id) throws IOException {
        return find(all(), cluster, id);
    }

    @Override
    public Creation create(RoleAssociation wanted) throws IOException {
        return edit(
                all -> {
                    Optional<RoleAssociation> there = find(all, wanted.cluster(), wanted.id());
                    if (there.isPresent()) {
                        return new Edit<>(null, new Creation(there.get(), false));
                    }
                    List<RoleAssociation> now = new ArrayList<>(all);
                    now.add(wanted);
                    return new Edit<>(now, new Creation(wanted, true));
                });
    }

    @Override
    public Optional<RoleAssociation> update(
            String cluster, String id, UnaryOperator<RoleAssociation> change) throws IOException {
        return edit(
                all -> {
                    Optional<RoleAssociation> before = find(all, cluster, id);
                    Optional<RoleAssociation> after = before.map(change);
                    List<RoleAssociation> now = new ArrayList<>(all);
                    before.ifPresent(old -> now.set(all.indexOf(old), after.orElseThrow()));
                    return new Edit<>(before.isPresent() ? now : null, after);
                });
    }

    @Override
    public Optional<RoleAssociation> delete(String cluster, String id) throws IOException {
        return edit(
                all -> {
                    Optional<RoleAssociation> before = find(all, cluster, id);
                    List<RoleAssociation> now = new ArrayList<>(all);
                    before.ifPresent(now::remove);
                    return new Edit<>(before.isPresent() ? now : null, before);
                });
    }

    private static Optional<RoleAssociation> find(
            List<RoleAssociation> all, String cluster, String id) {
        return all.stream()
                .filter(each -> each.cluster().equals(cluster) && each.id().equals(id))
                .findFirst();
    }

    private <T> T edit(Function<List<RoleAssociation>, Edit<T>> change) throws IOException {
        return durable.exclusively(
                () -> {
                    String before = text();
                    Edit<T> edit = change.apply(AssociationsYaml.parse(before).all());
                    if (edit.now() != null) {
                        durable.write(AssociationsYaml.text(before, edit.now()));
                    }
                    return edit.result();
                });
    }

    /** The current text, not the last good one: an unfinished edit must not be overwritten. */
    private String text() throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return AssociationsYaml.EMPTY;
        }
    }

    private void readIfChanged() {
        FileStamp stamp = FileStamp.of(file);
        if (stamp.equals(read)) {
            return;
        }
        read = stamp;
        try {
            AssociationIndex now = AssociationsYaml.read(file);
            LOG.infof("%d associations read from %s", now.all().size(), file);
            held = now;
        } catch (IOException | RuntimeException e) {
            problem = file.getFileName() + " cannot be read: " + e.getMessage();
            LOG.warnf(
                    "%s cannot be read: %s; %s",
                    file,
                    e.getMessage(),
                    held == null ? "there are no associations" : "the last good ones stay");
        }
    }

    /**
     * The result of an edit.
     *
     * @param now the new associations; null changes nothing
     */
    private record Edit<T>(@Nullable List<RoleAssociation> now, T result) {}
}
