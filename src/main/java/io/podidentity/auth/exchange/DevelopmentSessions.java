package io.podidentity.auth.exchange;

import io.podidentity.auth.associations.RoleArn;
import io.podidentity.auth.associations.RoleAssociation;
import io.podidentity.token.ServiceAccountToken;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Issues credentials of the right shape that say they are for development, and work nowhere. */
public final class DevelopmentSessions implements SessionIssuer {

    private static final String KEY_ENDINGS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int SECRET_LENGTH = 40;

    private final Duration lifetime;
    private final Clock clock;
    private final RandomGenerator random;

    public DevelopmentSessions(Duration lifetime, Clock clock, RandomGenerator random) {
        this.lifetime = lifetime;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Issuance issue(RoleAssociation association, ServiceAccountToken token) {
        RoleArn role = association.grant().sessionRole();
        String session =
                SessionName.of(
                        association.cluster(),
                        token.podName(),
                        new UUID(random.nextLong(), random.nextLong()));
        return new Session(
                "ASIADEVELOPMENTONLY" + KEY_ENDINGS.charAt(random.nextInt(KEY_ENDINGS.length())),
                ("development-only/" + noise()).substring(0, SECRET_LENGTH),
                "development-only/works-nowhere/" + noise(),
                clock.instant().plus(lifetime),
                "arn:%s:sts::%s:assumed-role/%s/%s"
                        .formatted(role.partition(), role.account(), role.name(), session),
                "AROADEVELOPMENTONLYXX:" + session);
    }

    private String noise() {
        byte[] bytes = new byte[48];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}
