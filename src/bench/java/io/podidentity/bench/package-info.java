/**
 * Figures, one command each: {@code mvn -q -Pbench test-compile exec:exec -Dbench=NAME}, where NAME
 * is a class of this package with a {@code main}. Compare figures of one run only.
 */
package io.podidentity.bench;
