package io.podidentity.auth.exchange;

import java.util.Set;

/** A key that callers sign with, and what they may do with it. */
record AccessKey(String id, String secret, Set<Permission> permissions) {

    AccessKey {
        permissions = Set.copyOf(permissions);
    }

    @Override
    public String toString() {
        return "AccessKey[" + id + ", " + permissions + "]";
    }
}
