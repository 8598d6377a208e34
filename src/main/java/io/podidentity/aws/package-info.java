/** What all AWS clients share: the SDK's settings, and the credentials to sign with. */
@NullMarked
package io.podidentity.aws;

import org.jspecify.annotations.NullMarked;
