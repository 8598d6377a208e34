/** The interface between the cache and what issues credentials. */
@NullMarked
package io.podidentity.agent.credentials;

import org.jspecify.annotations.NullMarked;
