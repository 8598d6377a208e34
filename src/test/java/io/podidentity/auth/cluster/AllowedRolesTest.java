package io.podidentity.auth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowedRolesTest {

    private static final String ARN = "arn:aws:iam::123456789012:role/";

    @ParameterizedTest
    @CsvSource({
        "orders,     orders,             true",
        "orders,     orders2,            false",
        "team-*,     team-a,             true",
        "team-*,     team-,              true",
        "team-*,     steam-a,            false",
        "*,          anything,           true",
        "a*b*c,      axbxbxc,            true",
        "a*b*c,      axbxbx,             false",
        "*-a*,       x-b-a,              true",
        "team/*,     team/orders,        true",
        "team/*,     team/a/orders,      false",
        "team/*/*,   team/a/orders,      true",
        "team-*,     team-a/admin,       false",
        "*a/*b,      aa/xb,              true",
        "*a/*b,      aa/a/b,             false",
        "*,          path/admin,         false",
        "a.c,        abc,                false",
        "a+,         aa,                 false",
    })
    void patternMatchesWithinOnePathSegment(String pattern, String role, boolean allowed) {
        assertThat(AllowedRoles.parse(ARN + pattern).allow(ARN + role)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "arn:aws:iam::*:role/orders",
        "arn:aws:iam::12345678901*:role/orders",
        "arn:*:iam::123456789012:role/orders",
        "arn:aws:iam::123456789012:*",
        "arn:aws:iam::123456789012:*/orders",
        "*",
        "orders",
        "arn:aws:iam::123456789012:user/orders",
        "arn:aws:iam::123456789012:role/",
    })
    void patternThatDoesNotNameItsAccountAllowsNothing(String pattern) {
        assertThat(AllowedRoles.parse(pattern).allow(ARN + "orders")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "arn:aws:iam::210987654321:role/orders",
        "arn:aws-cn:iam::123456789012:role/orders",
        "arn:aws:iam::123456789012:role/xorders",
    })
    void patternAllowsItsOwnAccountAndPartitionOnly(String role) {
        assertThat(AllowedRoles.parse(ARN + "o*").allow(role)).isFalse();
    }

    @Test
    void severalPatternsStandBetweenCommasOrWhiteSpace() {
        AllowedRoles allowed =
                AllowedRoles.parse("\n  %1$sa,%1$sb\t%1$sc , %1$sd nonsense\n".formatted(ARN));

        assertThat(allowed.patterns()).containsExactly(ARN + "a", ARN + "b", ARN + "c", ARN + "d");
    }

    @Test
    void namespaceWithoutTheAnnotationAllowsNothing() {
        assertThat(AllowedRoles.parse(null).allow(ARN + "orders")).isFalse();
        assertThat(AllowedRoles.parse(" ").allow(ARN + "orders")).isFalse();
    }
}
