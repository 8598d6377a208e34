package io.podidentity.config;

import java.util.regex.Pattern;

/** Reads names as Kubernetes spells them. */
public final class KubernetesName {

    private static final int MAX_LENGTH = 253;
    private static final Pattern NODE = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");
    private static final Pattern TAINT =
            Pattern.compile(
                    "([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");

    private KubernetesName() {}

    /**
     * Reads a node's name.
     *
     * @throws IllegalArgumentException if it is invalid; the message says what to give
     */
    public static String node(String text) {
        return read(
                NODE, text, "is not the name of a node; give one as kubectl get nodes shows it");
    }

    /**
     * Reads a taint's key.
     *
     * @throws IllegalArgumentException if it is invalid; the message says what to give
     */
    public static String taint(String text) {
        return read(
                TAINT,
                text,
                "is not the key of a taint; give one such as example.com/agent-not-ready");
    }

    private static String read(Pattern pattern, String text, String otherwise) {
        if (text.length() > MAX_LENGTH || !pattern.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' " + otherwise);
        }
        return text;
    }
}
