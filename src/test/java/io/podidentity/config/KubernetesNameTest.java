package io.podidentity.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KubernetesNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "ip-10-0-0-1.eu-west-1.compute.internal", "i-0123456789abcdef0"})
    void readsNamesOfNodes(String text) {
        assertThat(KubernetesName.node(text)).isEqualTo(text);
    }

    /** The name becomes part of a path. */
    @ParameterizedTest
    @ValueSource(strings = {"", "A", "a/status", "../pods", "a?x", "-a", "a.", "a%2f", "a b"})
    void refusesWhatIsNoNameOfANode(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KubernetesName.node(text))
                .withMessageContaining("is not the name of a node; give");
    }

    @ParameterizedTest
    @ValueSource(strings = {"podidentity.io/agent-not-ready", "dedicated", "a.b/C_d.e"})
    void readsKeysOfTaints(String text) {
        assertThat(KubernetesName.taint(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/", "/a", "a/b/c", "A.b/c", "key=value", "key:NoExecute", "a b"})
    void refusesWhatIsNoKeyOfATaint(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KubernetesName.taint(text))
                .withMessageContaining("is not the key of a taint; give");
    }
}
