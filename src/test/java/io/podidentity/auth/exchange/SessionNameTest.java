package io.podidentity.auth.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionNameTest {

    private static final UUID UNIQUE = UUID.fromString("0b5c1a52-2d6a-4f0e-9d55-3c1d6f1c0001");

    @ParameterizedTest
    @CsvSource({
        "dev, orders-0, eks-dev-orders-0-",
        "development, sample-0, eks-development-sample-0-",
        "a-very-long-cluster-name, orders-0, eks-a-very-long-cl-orders-0-",
        "dev, orders-7d4b9c8f6d-x2x4z, eks-dev-orders-7d4b9c8f6d-x-",
        "a-very-long-cluster-name, orders-7d4b9c8f6d-x2x4z, eks-a-very-lon-orders-7d4b9-",
    })
    void namesClusterAndPodAsFarAsTheyFit(String cluster, String pod, String start) {
        assertThat(SessionName.of(cluster, pod, UNIQUE))
                .isEqualTo(start + UNIQUE)
                .hasSizeLessThanOrEqualTo(64);
    }

    @Test
    void namesNoPodWhereTheTokenNamesNone() {
        assertThat(SessionName.of("dev", null, UNIQUE)).isEqualTo("eks-dev-" + UNIQUE);
    }
}
