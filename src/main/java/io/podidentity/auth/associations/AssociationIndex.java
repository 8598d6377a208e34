package io.podidentity.auth.associations;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Associations in the order of their precedence. */
final class AssociationIndex {

    private final List<RoleAssociation> all;
    private final Map<ServiceAccount, RoleAssociation> exact = new HashMap<>();
    private final List<RoleAssociation> patterns;

    /**
     * @throws IllegalArgumentException where two have the same subject
     */
    AssociationIndex(List<RoleAssociation> associations) {
        all = List.copyOf(associations);
        for (RoleAssociation each : all) {
            if (exact.put(ServiceAccount.of(each.subject()), each) != null) {
                throw new IllegalArgumentException(each.subject() + " has two associations");
            }
        }
        patterns =
                all.stream()
                        .filter(each -> !each.subject().isExact())
                        .sorted(
                                (a, b) ->
                                        Subject.MOST_SPECIFIC_FIRST.compare(
                                                a.subject(), b.subject()))
                        .toList();
        patterns.forEach(each -> exact.remove(ServiceAccount.of(each.subject())));
    }

    List<RoleAssociation> all() {
        return all;
    }

    Optional<RoleAssociation> find(String cluster, String namespace, String name) {
        RoleAssociation own = exact.get(new ServiceAccount(cluster, namespace, name));
        return own != null
                ? Optional.of(own)
                : patterns.stream()
                        .filter(each -> each.subject().matches(cluster, namespace, name))
                        .findFirst();
    }

    private record ServiceAccount(String cluster, String namespace, String name) {

        static ServiceAccount of(Subject subject) {
            return new ServiceAccount(
                    subject.cluster(), subject.namespace(), subject.serviceAccount());
        }
    }
}
