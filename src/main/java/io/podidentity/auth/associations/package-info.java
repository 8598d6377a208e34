/** Which service account gets which role: kept in memory, a file, and behind EKS' API for them. */
@NullMarked
package io.podidentity.auth.associations;

import org.jspecify.annotations.NullMarked;
