package io.podidentity.doctor;

import java.util.concurrent.Callable;

/**
 * One thing to look at.
 *
 * @param look may block for as long as it likes, and throw what it likes
 */
public record Check(String name, Callable<Finding> look) {}
