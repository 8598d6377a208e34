package io.podidentity.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a setting a flag of its command. Name, variable, property, default and reader are the
 * setting's; this says the rest.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Flag {

    /** What it is, for the help, which adds the full stop and the default. */
    String help();

    /** A dash and a letter, where there is such a spelling. */
    String shortName() default "";

    /** What the help calls its value. */
    String label() default "";

    /** Whether the command needs it. */
    boolean required() default false;

    /** The default as the help shows it, if the setting declares none. */
    String otherwise() default "";

    /** A check beyond the setting's converter. */
    Check check() default Check.NONE;

    /** Whether {@code auth} takes a setting of the agent, too. */
    boolean shared() default false;
}
