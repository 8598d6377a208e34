package io.podidentity.config;

/**
 * Fired once by {@code server}, never by {@code auth}: what serves pods starts on it, and not on
 * the start of the application.
 */
public record ServerStart() {}
