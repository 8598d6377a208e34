package io.podidentity.auth.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.podidentity.auth.exchange.Callers.Decision;
import io.podidentity.auth.exchange.Callers.Decision.Allowed;
import io.podidentity.auth.exchange.Callers.Decision.Denied;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Checks a caller's signature by signing its request again with the key that it claims to have. */
public final class SignatureCheck {

    /** As in AWS. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    private final AccessKeys keys;
    private final String region;
    private final Clock clock;

    public SignatureCheck(AccessKeys keys, String region, Clock clock) {
        this.keys = keys;
        this.region = region;
        this.clock = clock;
    }

    Decision check(Call call, Permission wanted) {
        Optional<SignedCall> signed = SignedCall.of(call);
        if (signed.isEmpty()) {
            return new Denied(
                    CallerError.INCOMPLETE_SIGNATURE,
                    "The Authorization header is no signature of version 4 over host and x-amz-date");
        }
        Optional<AccessKey> key = keys.find(signed.get().accessKeyId());
        if (key.isEmpty()) {
            return new Denied(
                    CallerError.UNKNOWN_KEY,
                    "The security token included in the request is invalid.");
        }
        return wrongScope(signed.get(), wanted)
                .or(() -> wrongSignature(call, signed.get(), key.get()))
                .or(() -> wrongTime(signed.get()))
                .<Decision>map(message -> new Denied(CallerError.INVALID_SIGNATURE, message))
                .orElseGet(() -> permitted(key.get(), wanted));
    }

    private Optional<String> wrongScope(SignedCall signed, Permission wanted) {
        if (!signed.region().equals(region)) {
            return Optional.of(
                    "Credential should be scoped to a valid region: this service is in " + region);
        }
        if (!signed.service().equals(wanted.service())) {
            return Optional.of(
                    "Credential should be scoped to correct service: '" + wanted.service() + "'.");
        }
        return signed.isConsistent()
                ? Optional.empty()
                : Optional.of("Date in Credential scope does not match x-amz-date");
    }

    private static Optional<String> wrongSignature(Call call, SignedCall signed, AccessKey key) {
        String expected = Signature.of(call, signed, key).orElse("");
        boolean equal =
                MessageDigest.isEqual(
                        expected.getBytes(US_ASCII), signed.signature().getBytes(US_ASCII));
        return equal
                ? Optional.empty()
                : Optional.of(
                        "The request signature we calculated does not match the signature you"
                                + " provided. Check your AWS Secret Access Key and signing method.");
    }

    private Optional<String> wrongTime(SignedCall signed) {
        Duration age = Duration.between(signed.at(), clock.instant());
        if (age.compareTo(SKEW) > 0) {
            return Optional.of("Signature expired: it was made at " + signed.at());
        }
        return age.negated().compareTo(SKEW) > 0
                ? Optional.of("Signature not yet current: it was made at " + signed.at())
                : Optional.empty();
    }

    private static Decision permitted(AccessKey key, Permission wanted) {
        return key.permissions().contains(wanted)
                ? new Allowed("key " + key.id())
                : new Denied(
                        CallerError.NOT_ALLOWED,
                        "The access key may not do this; its entry among the callers does not list"
                                + " \""
                                + AccessKeys.word(wanted)
                                + "\"");
    }
}
