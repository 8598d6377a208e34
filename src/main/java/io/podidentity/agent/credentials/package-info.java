/** The seam between those who want credentials and those who have them. */
@NullMarked
package io.podidentity.agent.credentials;

import org.jspecify.annotations.NullMarked;
