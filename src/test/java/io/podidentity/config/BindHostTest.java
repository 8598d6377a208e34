package io.podidentity.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BindHostTest {

    @ParameterizedTest
    @CsvSource({
        "169.254.170.23, 169.254.170.23, 169.254.170.23",
        "0.0.0.0, 0.0.0.0, 0.0.0.0",
        "127.0.0.2, 127.0.0.2, 127.0.0.2",
        "localhost, localhost, localhost",
        "[fd00:ec2::23], fd00:ec2::23, [fd00:ec2::23]",
        "fd00:ec2::23, fd00:ec2::23, [fd00:ec2::23]",
        "::, ::, [::]",
        "::1, ::1, [::1]",
        "[::1], ::1, [::1]",
        "::ffff:10.0.0.1, ::ffff:10.0.0.1, [::ffff:10.0.0.1]",
    })
    void readsAddressesWithAndWithoutBrackets(String text, String address, String inUrl) {
        BindHost host = BindHost.parse(text);
        assertThat(host.address()).isEqualTo(address);
        assertThat(host.inUrl()).isEqualTo(inUrl);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.",
                "1.2.3.256",
                "256.1.1.1",
                "1..2.3",
                "....",
                "1.2.3.4:80",
                "[1.2.3.4]",
                "[localhost]",
                "[::1",
                "::1]",
                "[[::1]]",
                "[::1]:80",
                ":",
                ":::",
                "1::2::3",
                "12345::",
                "fe80::1%eth0",
                "fe80::1%1",
                "224.0.0.1",
                "ff02::1",
                "node-1",
                "example.com",
                "dead.beef",
                "LOCALHOST.",
                "1.2.3.4 ",
                "1.2.3.4\n",
                "0x7f.0.0.1"
            })
    void refusesWhatIsNoAddressToListenOn(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BindHost.parse(text))
                .withMessage(
                        "'"
                                + text
                                + "' is not an IP address to listen on; give one such as"
                                + " 169.254.170.23 or [fd00:ec2::23]");
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 127.0.0.1",
        "::, [::1]",
        "fd00:ec2::23, [fd00:ec2::23]",
        "10.0.0.1, 10.0.0.1"
    })
    void wildcardIsReachedAtItsLoopback(String address, String inUrl) {
        assertThat(BindHost.parse(address).local().inUrl()).isEqualTo(inUrl);
    }
}
