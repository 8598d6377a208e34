package io.podidentity.guard;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestBytesTest {

    /** What was taken before, what comes next, and whether a header ends in that. */
    @ParameterizedTest
    @CsvSource({
        "'', 'GET / HTTP/1.1|Host: x|', false",
        "'', 'GET / HTTP/1.1|Host: x||', true",
        "'', 'GET / HTTP/1.1|Host: x||GET', true",
        "'GET / HTTP/1.1|Host: x|', '|', true",
        "'GET / HTTP/1.1|Host: x', '|', false",
        "'GET / HTTP/1.1|Host: x', '||', true",
        "'GET / HTTP/1.1|Host: x||', 'GET / HTTP/1.1|', false",
    })
    void headerThatComesInPartsIsWholeWithItsBlankLine(String taken, String next, boolean whole) {
        RequestBytes bytes = new RequestBytes();
        append(bytes, taken);
        bytes.takeHeader().release();

        append(bytes, next);

        assertThat(bytes.hasWholeHeader()).isEqualTo(whole);
        bytes.release();
    }

    private static void append(RequestBytes bytes, String text) {
        bytes.append(Unpooled.copiedBuffer(text.replace("|", "\r\n"), US_ASCII));
    }
}
