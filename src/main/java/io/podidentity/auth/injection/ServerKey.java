package io.podidentity.auth.injection;

/** What a TLS server serves with, as PEM. */
public record ServerKey(String certificate, String key) {

    @Override
    public String toString() {
        return "ServerKey[]";
    }
}
