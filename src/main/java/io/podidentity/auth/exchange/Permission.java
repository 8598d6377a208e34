package io.podidentity.auth.exchange;

/** What a caller may do. */
public enum Permission {
    /** Exchange tokens, as a node does. */
    EXCHANGE("eks-auth"),
    /** Look at and change associations, as an administrator does. */
    ASSOCIATIONS("eks");

    private final String service;

    Permission(String service) {
        this.service = service;
    }

    /** The AWS service that such requests are signed for. */
    String service() {
        return service;
    }
}
