package io.podidentity.auth.injection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertifiedKeyTest {

    private static final Duration DAY = Duration.ofDays(1);

    /** From 2050 on, times are written in another form. */
    @ParameterizedTest
    @ValueSource(strings = {"2026-11-26T12:00:00Z", "2049-12-31T23:55:00Z", "2050-01-02T00:00:00Z"})
    void authorityVouchesForServersItSigns(Instant now) throws Exception {
        CertifiedKey authority = CertifiedKey.authority(now, DAY);
        CertifiedKey server = authority.server("webhook.kube-system.svc", now, DAY);

        validate(server, authority, now);

        assertThat(server.certificate().getSubjectAlternativeNames())
                .containsExactly(List.of(2, "webhook.kube-system.svc"));
        assertThat(server.certificate().getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(server.certificate().getBasicConstraints()).isEqualTo(-1);
        assertThat(server.ends()).isEqualTo(now.plus(DAY));
        assertThatThrownBy(() -> validate(server, authority, now.plus(DAY).plusSeconds(1)))
                .isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void authorityDoesNotVouchForServersOfAnother() throws Exception {
        Instant now = Instant.now();
        CertifiedKey server = CertifiedKey.authority(now, DAY).server("a", now, DAY);
        CertifiedKey other = CertifiedKey.authority(now, DAY);

        assertThatThrownBy(() -> validate(server, other, now))
                .isInstanceOf(CertPathValidatorException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "fd00:0:0:0:0:0:0:1"})
    void addressIsNamedAsOne(String address) throws Exception {
        Instant now = Instant.now();

        assertThat(
                        CertifiedKey.authority(now, DAY)
                                .server(address, now, DAY)
                                .certificate()
                                .getSubjectAlternativeNames())
                .containsExactly(List.of(7, address));
    }

    @Test
    void renewedAuthoritySignsOnceItIsAnnounced() throws Exception {
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        Authorities first = Authorities.NONE.renewed(start);
        Instant due = start.plus(Authorities.LIFETIME.multipliedBy(2).dividedBy(3)).plusSeconds(1);
        Authorities both = first.renewed(due);
        CertifiedKey old = first.all().getFirst();

        assertThat(first.isDue(due.minusSeconds(2))).isFalse();
        assertThat(first.isDue(due)).isTrue();
        assertThat(both.isDue(due)).isFalse();
        assertThat(both.signer(due)).isEqualTo(old);
        assertThat(both.signer(due.plus(Authorities.ANNOUNCED).plusSeconds(1)))
                .isEqualTo(both.all().getFirst());
        assertThat(first.renewed(old.ends().plusSeconds(1)).signer(old.ends().plusSeconds(1)))
                .isNotEqualTo(old);
        assertThat(Authorities.parse(both.certificates(), both.keys())).isEqualTo(both);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no PEM",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
            })
    void whatCannotBeReadIsReplaced(String pem) {
        assertThat(Authorities.parse(pem, pem)).isEqualTo(Authorities.NONE);
    }

    @Test
    void keyIsNotInText() throws Exception {
        CertifiedKey key = CertifiedKey.authority(Instant.now(), DAY);
        ServerKey served = new ServerKey(key.certificatePem(), key.keyPem());

        assertThat(key + " " + served + " " + new Authorities(List.of(key)))
                .doesNotContain("PRIVATE", key.keyPem().substring(40, 80));
    }

    private static void validate(CertifiedKey server, CertifiedKey authority, Instant at)
            throws GeneralSecurityException {
        PKIXParameters parameters =
                new PKIXParameters(Set.of(new TrustAnchor(authority.certificate(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        CertPathValidator.getInstance("PKIX")
                .validate(
                        CertificateFactory.getInstance("X.509")
                                .generateCertPath(List.of(server.certificate())),
                        parameters);
    }
}
