package io.podidentity.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.config.InvalidSettingException;
import io.podidentity.harness.HttpPeer;
import io.podidentity.harness.HttpPeer.Answer;
import io.podidentity.harness.StsPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whose credentials the agent signs with: never what it hands out itself, nor somebody else's. */
class SigningCredentialsTest {

    private static final String ROLE = "arn:aws:iam::123456789012:role/node";
    private static final String STS = "POST /";
    private static final String METADATA = "GET /latest/meta-data/iam/security-credentials/";
    private static final String KEYS =
            """
            {"Code":"Success","AccessKeyId":"%s","SecretAccessKey":"s","Token":"t",
             "Expiration":"2099-01-01T00:00:00Z"}
            """;

    @TempDir Path folder;
    private Path file;
    private Settings settings;
    private HttpPeer stub;

    @BeforeEach
    void offerAll() throws IOException {
        file = folder.resolve("credentials");
        stub =
                new HttpPeer()
                        .on("GET /v1", KEYS.formatted("CONTAINER"))
                        .on("PUT /latest/api/token", "session")
                        .on(METADATA, "instance-role")
                        .on(METADATA + "instance-role", KEYS.formatted("INSTANCE"));
        settings = new Settings(folder);
        settings.set("aws.containerCredentialsFullUri", stub.address() + "/v1");
        settings.set("aws.endpointUrlSts", stub.address().toString());
        settings.set("aws.ec2MetadataServiceEndpoint", stub.address().toString());
        settings.set("aws.disableEc2Metadata", "false");
    }

    @AfterEach
    void restore() {
        settings.close();
        stub.close();
    }

    @Test
    void containerIsNotAsked() {
        settings.set("aws.disableEc2Metadata", "true");

        assertThatThrownBy(this::key)
                .isInstanceOf(NoCredentialsException.class)
                .hasMessageContaining("the instance's metadata, since nothing else is configured")
                .hasMessageContaining("disabled")
                .hasMessageEndingWith(
                        "; give the node a role, or the agent a profile or web identity");

        assertThat(stub.requests()).isEmpty();
    }

    @Test
    void serviceOfOnesOwnMayBeAContainersGuest() {
        assertThat(credentials(true).resolveCredentials().accessKeyId()).isEqualTo("CONTAINER");
    }

    @Test
    void instanceSignsWhereNothingIsConfigured() {
        assertThat(key()).isEqualTo("INSTANCE");
    }

    static Stream<Arguments> profilesThatSendTheAgentToItself() {
        return Stream.of(
                Arguments.of(
                        """
                        [default]
                        role_arn=arn:aws:iam::1:role/r
                        credential_source=EcsContainer
                        """),
                Arguments.of(
                        """
                        [default]
                        role_arn=arn:aws:iam::1:role/r
                        source_profile=b
                        [b]
                        role_arn=arn:aws:iam::1:role/b
                        credential_source=ecscontainer
                        """));
    }

    @ParameterizedTest
    @MethodSource("profilesThatSendTheAgentToItself")
    void profileThatSendsTheAgentToItselfIsRefused(String profile) throws IOException {
        Files.writeString(file, profile);

        assertThatThrownBy(() -> credentials(false))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("AWS_PROFILE: profile ")
                .hasMessageContaining("ask itself; use Ec2InstanceMetadata or Environment");

        assertThat(stub.requests()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("profilesThatSendTheAgentToItself")
    void profileThatComesLaterAndSendsTheAgentToItselfIsNotFollowed(String profile)
            throws IOException {
        SigningCredentials credentials = credentials(false);
        Files.writeString(file, profile);

        assertThatThrownBy(credentials::resolveCredentials).hasMessageContaining("ask itself");

        assertThat(stub.requests()).isEmpty();
    }

    static Stream<Arguments> settingsThatCanNeverWork() {
        return Stream.of(
                Arguments.of(Map.of("aws.accessKeyId", "K"), "", "AWS_SECRET_ACCESS_KEY: missing"),
                Arguments.of(Map.of("aws.secretAccessKey", "S"), "", "AWS_ACCESS_KEY_ID: missing"),
                Arguments.of(
                        Map.of("aws.webIdentityTokenFile", "/token"), "", "AWS_ROLE_ARN: missing"),
                Arguments.of(
                        Map.of("aws.profile", "other"),
                        "[node]\naws_access_key_id=K\n",
                        "AWS_PROFILE: there is no profile other in the shared files; name one of"
                                + " [node]"),
                Arguments.of(
                        Map.of(),
                        "[default]\nrole_arn=" + ROLE,
                        "profile default has a role_arn and nothing to assume it with"),
                Arguments.of(
                        Map.of(),
                        "[default]\nrole_arn=%s\nsource_profile=gone".formatted(ROLE),
                        "profile gone is not there"),
                Arguments.of(
                        Map.of(),
                        "[default]\nrole_arn=%s\nsource_profile=b\n[b]\nrole_arn=%s\nsource_profile=default"
                                .formatted(ROLE, ROLE),
                        "profile default is its own source_profile"),
                Arguments.of(
                        Map.of(),
                        "[default]\nsso_start_url=https://example.com",
                        "profile default needs a person to sign in"),
                Arguments.of(
                        Map.of(
                                "aws.webIdentityTokenFile", "/token",
                                "aws.roleArn", ROLE,
                                "aws.useFipsEndpoint", "true"),
                        "",
                        "AWS_ENDPOINT_URL_STS: the AWS SDK can make no request of the settings"));
    }

    @ParameterizedTest
    @MethodSource("settingsThatCanNeverWork")
    void whatCanNeverWorkIsRefusedAtOnce(
            Map<String, String> properties, String profiles, String problem) throws IOException {
        properties.forEach(settings::set);
        Files.writeString(file, profiles);

        assertThatThrownBy(() -> credentials(false))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void webIdentityThatStsDoesNotGiveIsNeitherReplacedNorForgotten() throws IOException {
        stub.answer(Answer.of(503, ""));
        webIdentity();
        SigningCredentials credentials = credentials(false);

        assertThatThrownBy(credentials::resolveCredentials)
                .isInstanceOf(NoCredentialsException.class)
                .hasMessage("the web identity of " + ROLE + ": STS answers with status 503");
        assertThat(stub.requests()).noneMatch(request -> request.line().contains("meta-data"));

        stub.on(STS, StsPeer.as("SESSION"));
        assertThat(credentials.resolveCredentials().accessKeyId()).isEqualTo("SESSION");
    }

    @Test
    void profilesRoleThatStsDoesNotGiveIsNeitherReplacedNorForgotten() throws IOException {
        stub.answer(Answer.of(503, ""));
        Files.writeString(
                file,
                """
                [default]
                role_arn=%s
                source_profile=base
                external_id=x
                duration_seconds=1800
                [base]
                aws_access_key_id=BASE
                aws_secret_access_key=s
                """
                        .formatted(ROLE));
        SigningCredentials credentials = credentials(false);

        assertThatThrownBy(credentials::resolveCredentials)
                .hasMessage("profile default: STS answers with status 503");

        stub.on(STS, StsPeer.as("SESSION"));
        assertThat(credentials.resolveCredentials().accessKeyId()).isEqualTo("SESSION");
        assertThat(stub.requests().getLast().header("Authorization")).contains("Credential=BASE/");
        assertThat(stub.requests()).noneMatch(request -> request.line().contains("meta-data"));
    }

    @Test
    void profileThatComesLaterIsFoundWhereTheInstanceGivesNothing() throws IOException {
        stub.forget(METADATA);
        SigningCredentials credentials = credentials(false);
        assertThatThrownBy(credentials::resolveCredentials)
                .isInstanceOf(NoCredentialsException.class);

        keys("default", "LATE");
        stub.on(METADATA, "instance-role");
        assertThat(credentials.resolveCredentials().accessKeyId()).isEqualTo("LATE");
    }

    @Test
    void profileThatDisappearsIsNotReplacedByTheInstance() throws IOException {
        keys("default", "KEY");
        SigningCredentials credentials = credentials(false);
        assertThat(credentials.resolveCredentials().accessKeyId()).isEqualTo("KEY");

        Files.writeString(file, "[other]\n");

        assertThatThrownBy(credentials::resolveCredentials)
                .isInstanceOf(NoCredentialsException.class)
                .hasMessageContaining("profile default is not there");
        assertThat(stub.requests()).isEmpty();
    }

    @Test
    void profileOfARegionAloneIsNoIdentity() throws IOException {
        Files.writeString(file, "[default]\nregion=eu-west-1\n");

        assertThat(key()).isEqualTo("INSTANCE");
    }

    @Test
    void namedProfileIsUsed() throws IOException {
        Files.writeString(
                file,
                """
                [default]
                aws_access_key_id=NO
                aws_secret_access_key=s
                [node]
                aws_access_key_id=NODE
                aws_secret_access_key=s
                """);
        settings.set("aws.profile", "node");

        assertThat(key()).isEqualTo("NODE");
    }

    @Test
    void keysWinOverWebIdentityAndProfile() throws IOException {
        keys("default", "NO");
        webIdentity();
        settings.set("aws.accessKeyId", "KEY");
        settings.set("aws.secretAccessKey", "s");

        assertThat(key()).isEqualTo("KEY");
        assertThat(stub.requests()).isEmpty();
    }

    private void webIdentity() throws IOException {
        settings.set(
                "aws.webIdentityTokenFile",
                Files.writeString(folder.resolve("token"), "token").toString());
        settings.set("aws.roleArn", ROLE);
    }

    private void keys(String profile, String key) throws IOException {
        Files.writeString(
                file,
                "[%s]\naws_access_key_id=%s\naws_secret_access_key=s\n".formatted(profile, key));
    }

    private String key() {
        return credentials(false).resolveCredentials().accessKeyId();
    }

    private static SigningCredentials credentials(boolean container) {
        return new SigningCredentials(
                new CredentialsChoice(Settings.sts(), container),
                new SignerLog(credentials -> "arn:aws:sts::123456789012:assumed-role/node/s"));
    }
}
