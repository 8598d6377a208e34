package io.podidentity.outbound;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The hosts of {@code NO_PROXY}, which are reached directly. */
final class NoProxy {

    private static final Pattern WITH_PORT = Pattern.compile("(.*[^:]|\\[.*]):([0-9]{1,5})");
    private static final int ANY_PORT = -1;

    private final List<Rule> rules;

    private NoProxy(List<Rule> rules) {
        this.rules = rules;
    }

    /** Reads a list, ignoring invalid entries as Go and curl do. */
    static NoProxy parse(String text) {
        return new NoProxy(
                Stream.of(text.toLowerCase(Locale.ROOT).split("[,\\s]+"))
                        .filter(entry -> !entry.isEmpty())
                        .map(NoProxy::rule)
                        .toList());
    }

    boolean holds(Destination to) {
        InetAddress address = Destination.literal(to.host());
        return rules.stream().anyMatch(rule -> rule.holds(to, address));
    }

    private static Rule rule(String entry) {
        if (entry.equals("*")) {
            return (to, address) -> true;
        }
        int slash = entry.indexOf('/');
        if (slash >= 0) {
            return network(
                    Destination.literal(entry.substring(0, slash)), entry.substring(slash + 1));
        }
        Matcher parts = WITH_PORT.matcher(entry);
        // Of a bare IPv6 address the last group is no port.
        boolean withPort = parts.matches() && Destination.literal(entry) == null;
        String host = Destination.withoutBrackets(withPort ? parts.group(1) : entry);
        int port = withPort ? Integer.parseInt(parts.group(2)) : ANY_PORT;
        InetAddress literal = Destination.literal(host);
        Rule rule = literal == null ? domain(host) : (to, address) -> literal.equals(address);
        return (to, address) -> (port == ANY_PORT || port == to.port()) && rule.holds(to, address);
    }

    /**
     * {@code corp} is the host and what is below it, {@code .corp} and {@code *.corp} the latter.
     */
    private static Rule domain(String name) {
        String plain = name.startsWith("*.") ? name.substring(1) : name;
        boolean below = plain.startsWith(".");
        String suffix = below ? plain : "." + plain;
        return (to, address) ->
                suffix.length() > 1
                        && (to.host().endsWith(suffix) || (!below && to.host().equals(plain)));
    }

    private static Rule network(@Nullable InetAddress base, String bits) {
        if (base == null || !bits.matches("[0-9]{1,3}")) {
            return (to, address) -> false;
        }
        byte[] wanted = base.getAddress();
        int length = Integer.parseInt(bits);
        return (to, address) ->
                address != null
                        && length <= wanted.length * Byte.SIZE
                        && startsAlike(wanted, address.getAddress(), length);
    }

    private static boolean startsAlike(byte[] one, byte[] other, int bits) {
        if (one.length != other.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i % Byte.SIZE);
            if (((one[i / Byte.SIZE] ^ other[i / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    /** One entry of the list. */
    @FunctionalInterface
    private interface Rule {

        /**
         * @param address the host's IP address; null for a name
         */
        boolean holds(Destination to, @Nullable InetAddress address);
    }
}
