package io.podidentity.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.manifests.Queries;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AlertsTest {

    @Test
    void resultsThatAlertsChooseAreOnesThatAreCounted() throws IOException {
        List<String> results =
                Queries.ofAlerts().stream()
                        .flatMap(query -> Queries.values(query, "result").stream())
                        .toList();

        assertThat(results)
                .contains("ServiceUnavailableException", "Failure")
                .allMatch(result -> ErrorCodes.bounded(result).equals(result));
    }

    /** No pod is at fault then, and none gets new credentials. */
    @Test
    void refusalOfTheAgentItselfIsAnAlertOfItsOwn() throws IOException {
        assertThat(Queries.ofAlerts())
                .anyMatch(
                        query ->
                                Queries.values(query, "result")
                                        .equals(Set.of("NoSigningCredentials", "SignerRefused")));
    }

    /** They say something of an association or a pod, not of EKS Auth. */
    @Test
    void refusalsAreNotAlertedOn() throws IOException {
        for (String query : Queries.ofAlerts()) {
            assertThat(Queries.values(query, "result"))
                    .doesNotContainAnyElementsOf(
                            Set.of(
                                    "AccessDeniedException",
                                    "ResourceNotFoundException",
                                    "ExpiredTokenException",
                                    "InvalidTokenException",
                                    "Success"));
        }
    }
}
