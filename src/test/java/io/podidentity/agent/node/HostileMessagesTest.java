package io.podidentity.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lengths that do not fit are refused, never followed. */
class HostileMessagesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10000000", // cut inside a header
                "0f000000100000000000000000000000", // shorter than its own header
                "00000000100000000000000000000000", // never ends
                "ffffffff100000000000000000000000", // negative
                "ffffff7f100000000000000000000000", // beyond the datagram
                "1100000010000000000000000000000000000000ff" // rest too short for a header
            })
    void refusesAMessageWhoseLengthDoesNotFit(String hex) {
        assertThatExceptionOfType(NetlinkException.class)
                .isThrownBy(() -> Message.in(HexFormat.of().parseHex(hex)));
    }

    @ParameterizedTest
    @CsvSource({
        "0300 0300, an attribute shorter than its header",
        "0000 0300, an attribute that never ends",
        "ffff 0300, an attribute beyond the message",
        "0900 0300 61626364, one byte too long",
        "0800 1280 0300 0100, a nested attribute shorter than its header",
        "0c00 1280 ff00 0100 61626364, a nested attribute beyond the one around it"
    })
    void refusesALinkWhoseAttributesDoNotFit(String attributes, String what) {
        Fields payload = payload("00000000 02000000 01000000 00000000" + attributes);

        assertThatExceptionOfType(NetlinkException.class)
                .as(what)
                .isThrownBy(() -> Decoder.link(payload));
    }

    @ParameterizedTest
    @CsvSource({
        "02200000 0200, cut inside its header",
        "02200000 02000000, no address",
        "02200000 02000000 0500 0100 7f, an address of one byte",
        "0a800000 02000000 0800 0100 7f000001, an IPv6 address of four bytes",
        "02200000 02000000 1400 0100 fd000ec2000000000000000000000023, an IPv4 address of sixteen",
        "02210000 02000000 0800 0100 7f000001, a prefix longer than the address",
        "02ff0000 02000000 0800 0100 7f000001, a prefix of 255 bits"
    })
    void refusesAnAddressThatIsNone(String hex, String what) {
        Fields payload = payload(hex);

        assertThatExceptionOfType(NetlinkException.class)
                .as(what)
                .isThrownBy(() -> Decoder.address(payload));
    }

    @Test
    void readsAPrefixOf128BitsAsSuch() throws NetlinkException {
        Fields payload = payload("0a800000 02000000 1400 0100 fd000ec2 00000000 00000000 00000023");

        assertThat(Decoder.address(payload))
                .map(LinkAddress::prefix)
                .contains(Prefix.host("fd00:ec2::23"));
    }

    @Test
    void keepsAMappedAddressAnIpv6One() throws NetlinkException {
        Fields payload = payload("0a800000 02000000 1400 0100 00000000 00000000 0000ffff a9feaa17");

        assertThat(Decoder.address(payload).orElseThrow().prefix().isIpv6()).isTrue();
    }

    @Test
    void leavesOtherFamiliesAlone() throws NetlinkException {
        int mpls = 28;
        Fields payload = payload("%02x140000 fe000001 00000000".formatted(mpls));

        assertThat(Decoder.route(payload)).isEmpty();
        assertThat(Decoder.address(payload)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffffff7f", "0f000000", "ffffffff", "00000000"})
    void refusesAnErrorThatEchoesMoreThanThereIs(String echoed) throws NetlinkException {
        String hex =
                "24000000 0200 0002 01000000 00000000 ffffffff"
                        + echoed
                        + "000000000000000000000000";
        Message error = Message.in(bytes(hex)).getFirst();

        assertThatExceptionOfType(NetlinkException.class)
                .isThrownBy(() -> Acknowledgement.ofError(error));
    }

    private static Fields payload(String hex) {
        return new Fields(java.nio.ByteBuffer.wrap(bytes(hex)));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
