package io.podidentity.config;

/**
 * A setting that the agent cannot start with; the message is one line that names flag and remedy.
 */
public final class InvalidSettingException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /**
     * @param setting the flag or environment variable
     * @param problem what is wrong with its value
     * @param remedy what to do about it
     */
    public InvalidSettingException(String setting, String problem, String remedy) {
        super(setting + ": " + problem + "; " + remedy);
    }
}
