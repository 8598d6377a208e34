package io.podidentity.auth.cluster;

import io.podidentity.auth.associations.AssociationStore;
import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.auth.associations.Subject;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The resources of a cluster, and a file of whoever administers it for all else: patterns, and
 * other clusters. A resource comes before the file; one that may not be used is as if it were not
 * there.
 *
 * @param cluster whose service accounts have resources
 */
public record ResourcesAndFile(String cluster, AssociationStore resources, AssociationStore file)
        implements AssociationStore {

    @Override
    public Lookup find(String ofCluster, String namespace, String serviceAccount) {
        Lookup first = resources.find(ofCluster, namespace, serviceAccount);
        return switch (first) {
            case Lookup.Found _, Lookup.Unavailable _ -> first;
            case Lookup.None _ -> file.find(ofCluster, namespace, serviceAccount);
            case Lookup.Denied _ -> {
                Lookup second = file.find(ofCluster, namespace, serviceAccount);
                yield second instanceof Lookup.Found ? second : first;
            }
        };
    }

    @Override
    public void used(RoleAssociation association) {
        resources.used(association);
    }

    @Override
    public void refused(RoleAssociation association, String problem) {
        resources.refused(association, problem);
    }

    @Override
    public Freshness freshness() {
        return resources.freshness();
    }

    @Override
    public List<RoleAssociation> all() throws IOException {
        List<RoleAssociation> first = resources.all();
        Set<Subject> subjects =
                first.stream().map(RoleAssociation::subject).collect(Collectors.toSet());
        return Stream.concat(
                        first.stream(),
                        file.all().stream().filter(each -> !subjects.contains(each.subject())))
                .toList();
    }

    @Override
    public Optional<RoleAssociation> get(String ofCluster, String id) throws IOException {
        return or(resources.get(ofCluster, id), () -> file.get(ofCluster, id));
    }

    @Override
    public Creation create(RoleAssociation wanted) throws IOException {
        Optional<RoleAssociation> there = file.get(wanted.cluster(), wanted.id());
        if (there.isPresent()) {
            return new Creation(there.get(), false);
        }
        Subject subject = wanted.subject();
        return (subject.cluster().equals(cluster) && subject.isExact() ? resources : file)
                .create(wanted);
    }

    @Override
    public Optional<RoleAssociation> update(
            String ofCluster, String id, UnaryOperator<RoleAssociation> change) throws IOException {
        return or(
                resources.update(ofCluster, id, change), () -> file.update(ofCluster, id, change));
    }

    @Override
    public Optional<RoleAssociation> delete(String ofCluster, String id) throws IOException {
        return or(resources.delete(ofCluster, id), () -> file.delete(ofCluster, id));
    }

    private static Optional<RoleAssociation> or(Optional<RoleAssociation> first, Second second)
            throws IOException {
        return first.isPresent() ? first : second.get();
    }

    private interface Second {
        Optional<RoleAssociation> get() throws IOException;
    }
}
