package io.podidentity.agent.node;

import static io.podidentity.agent.node.Rtnetlink.*;

/**
 * How the kernel answered a request.
 *
 * @param errno 0 on success
 * @param detail its explanation; empty where it gave none
 */
record Acknowledgement(int errno, String detail) {

    /** Reads an NLMSG_ERROR. */
    static Acknowledgement ofError(Message message) throws NetlinkException {
        Fields payload = message.payload();
        int errno = -payload.i32(0);
        if (!message.has(NLM_F_ACK_TLVS)) {
            return new Acknowledgement(errno, "");
        }
        int echoed = Message.HEADER;
        if (!message.has(NLM_F_CAPPED)) {
            echoed = payload.i32(4);
            if (echoed < Message.HEADER || echoed > payload.size() - 4) {
                throw NetlinkException.unreadable("an error that echoes " + echoed + " bytes");
            }
        }
        return new Acknowledgement(errno, detail(payload, 4 + Message.aligned(echoed)));
    }

    /** Reads the NLMSG_DONE that ends a dump. */
    static Acknowledgement ofDone(Message message) throws NetlinkException {
        Fields payload = message.payload();
        if (payload.size() < 4) {
            return new Acknowledgement(0, "");
        }
        boolean explained = message.has(NLM_F_ACK_TLVS);
        return new Acknowledgement(-payload.i32(0), explained ? detail(payload, 4) : "");
    }

    void orThrow() throws NetlinkException {
        if (errno != 0) {
            throw NetlinkException.refused(errno, detail);
        }
    }

    private static String detail(Fields payload, int at) throws NetlinkException {
        return Attributes.in(payload, at).text(NLMSGERR_ATTR_MSG);
    }
}
