package io.podidentity.auth.associations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom patterns match, and which of several is the most specific. */
class SubjectTest {

    @ParameterizedTest
    @CsvSource({
        "team-*, *, team-a, orders, true",
        "team-*, *, team-, orders, true",
        "team-*, *, steam-a, orders, false",
        "team-*, *, team, orders, false",
        "*-prod, *, shop-prod, orders, true",
        "*-prod, *, shop-prod2, orders, false",
        "a*c, *, abc, orders, true",
        "a*c, *, ac, orders, true",
        "a*c, *, ab, orders, false",
        "shop, job.*, shop, job.night, true",
        "shop, job.*, shop, jobs, false",
        "shop, orders, shop, orders, true",
        "shop, orders, shop, orders2, false",
    })
    void starStandsForAnyRunOfCharacters(
            String namespaces, String names, String namespace, String name, boolean matches) {
        Subject subject = new Subject("dev", namespaces, names);

        assertThat(subject.matches("dev", namespace, name)).isEqualTo(matches);
        assertThat(subject.matches("prod", namespace, name)).isFalse();
    }

    /** Each row is preferred to those below it, for orders-eu of team-a. */
    @ParameterizedTest
    @CsvSource({
        "team-a/orders-eu, team-a/orders-*",
        "team-a/orders-*, team-a/order*",
        "team-a/order*, team-a/*",
        "team-a/*, team-*/orders-eu",
        "team-*/orders-eu, team-*/orders-*",
        "team-*/orders-*, team-*/*",
        "team-*/*, te*/orders-eu",
        "te*/orders-eu, */orders-eu",
        "*/orders-eu, */*-eu",
        "*/*-eu, */*",
    })
    void mostSpecificWins(String first, String second) {
        RoleAssociation better = association(first);
        RoleAssociation worse = association(second);

        for (var both : List.of(List.of(better, worse), List.of(worse, better))) {
            assertThat(new AssociationIndex(both).find("dev", "team-a", "orders-eu"))
                    .hasValue(better);
        }
    }

    @Test
    void orderOfTheFileDoesNotMatter() {
        List<RoleAssociation> all =
                new ArrayList<>(
                        Stream.of(
                                        "team-a/*",
                                        "team-*/orders-eu",
                                        "*/*",
                                        "*a/*",
                                        "a*/*",
                                        "*/o*",
                                        "*/*u")
                                .map(SubjectTest::association)
                                .toList());
        RoleAssociation found =
                new AssociationIndex(all).find("dev", "abba", "orders-eu").orElseThrow();

        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(all, new Random(seed));
            assertThat(new AssociationIndex(all).find("dev", "abba", "orders-eu")).hasValue(found);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Team", "-team", "team-", "team/*", "a*b*c*d*e", "", "team?"})
    void refusesWhatIsNoNamespace(String namespace) {
        assertThatThrownBy(() -> new Subject("dev", namespace, "orders"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("namespace must match");
    }

    private static RoleAssociation association(String text) {
        int slash = text.indexOf('/');
        return RoleAssociation.of(
                new Subject("dev", text.substring(0, slash), text.substring(slash + 1)),
                "arn:aws:iam::123456789012:role/r");
    }
}
