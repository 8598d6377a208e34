package io.podidentity.config;

/**
 * Fired once when the process runs {@code server}, and never when it runs {@code auth}: whatever
 * serves pods starts with it, and not with the application.
 */
public record ServerStart() {}
