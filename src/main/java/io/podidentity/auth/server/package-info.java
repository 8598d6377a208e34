/** An EKS Auth of our own: verifies a pod's token, looks its role up and issues a session. */
@NullMarked
package io.podidentity.auth.server;

import org.jspecify.annotations.NullMarked;
