/** What every AWS client of the process shares: the SDK's settings, and the credentials to sign with. */
@NullMarked
package io.podidentity.aws;

import org.jspecify.annotations.NullMarked;
