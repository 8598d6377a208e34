package io.podidentity.sdks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrorTextTest {

    @Test
    void saysTheSameInEachRun() {
        assertThat(new ErrorText("a.b.Provider@1a5d1ac0:\n  no,  Provider@2c72d4a2").text())
                .isEqualTo("a.b.Provider: no, Provider");
    }

    @Test
    void shortOneIsToldWhole() {
        assertThat(new ErrorText("no: token expired").without("token expired", "…").brief())
                .isEqualTo("no: …");
    }

    @Test
    void longOneIsToldAroundTheAgentsWords() {
        String noise = "word ".repeat(100);

        assertThat(new ErrorText(noise + "why: {}" + noise).without("{}", "{…}").brief())
                .startsWith("[...] ")
                .contains("why: {…}word")
                .endsWith(" [...]")
                .hasSizeLessThan(150);
    }

    @Test
    void ofOneWithoutTheAgentsWordsTheBeginningIsTold() {
        assertThat(new ErrorText("Nothing found, " + "x".repeat(500)).without("", "…").brief())
                .startsWith("Nothing found, xxx")
                .endsWith("x [...]")
                .hasSizeLessThan(150);
    }
}
