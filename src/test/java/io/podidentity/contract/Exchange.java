package io.podidentity.contract;

import io.podidentity.harness.HttpPeer.Answer;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One line of the contract: a request, and the answer it must get.
 *
 * @param upstream how EKS Auth answers for this line's service account; null: as it does for a pod
 *     that may have a role
 */
record Exchange(String name, Request request, @Nullable Answer upstream, Expected expected) {

    /** The service account this line's token is for, unless it says otherwise. */
    String serviceAccount() {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    Exchange asking(UnaryOperator<Request> change) {
        return new Exchange(name, change.apply(request), upstream, expected);
    }

    Exchange expecting(Expected other) {
        return new Exchange(name, request, upstream, other);
    }

    @Override
    public String toString() {
        return name;
    }

    /**
     * What is asked.
     *
     * @param host the header; {@code {port}} stands for the listener's, null leaves it out
     * @param token the header Authorization; null leaves it out
     */
    record Request(
            String method,
            String target,
            @Nullable String host,
            @Nullable String token,
            String body) {

        Request method(String other) {
            return new Request(other, target, host, token, body);
        }

        Request target(String other) {
            return new Request(method, other, host, token, body);
        }

        Request host(@Nullable String other) {
            return new Request(method, target, other, token, body);
        }

        Request token(@Nullable String other) {
            return new Request(method, target, host, other, body);
        }

        Request body(String other) {
            return new Request(method, target, host, token, other);
        }
    }
}
