package io.podidentity.agent.node;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The type-length-value list that ends most netlink messages. */
final class Attributes {

    private static final int HEADER = 4;
    private static final int TYPE_MASK = 0x3fff;

    private final Map<Integer, Fields> values;

    private Attributes(Map<Integer, Fields> values) {
        this.values = values;
    }

    static Attributes in(Fields list, int from) throws NetlinkException {
        Map<Integer, Fields> values = new HashMap<>();
        int at = from;
        // Fewer bytes than a header are padding.
        while (list.size() - at >= HEADER) {
            int length = list.u16(at);
            if (length < HEADER) {
                throw NetlinkException.unreadable("an attribute of length " + length);
            }
            values.put(list.u16(at + 2) & TYPE_MASK, list.slice(at + HEADER, length - HEADER));
            at += Message.aligned(length);
        }
        return new Attributes(values);
    }

    Optional<Fields> find(int type) {
        return Optional.ofNullable(values.get(type));
    }

    String text(int type) {
        return find(type).map(Fields::text).orElse("");
    }

    int i32(int type, int otherwise) throws NetlinkException {
        Fields value = values.get(type);
        return value == null ? otherwise : value.i32(0);
    }

    int u8(int type, int otherwise) throws NetlinkException {
        Fields value = values.get(type);
        return value == null ? otherwise : value.u8(0);
    }

    Attributes nested(int type) throws NetlinkException {
        Fields value = values.get(type);
        return value == null ? new Attributes(Map.of()) : in(value, 0);
    }
}
