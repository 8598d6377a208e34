package io.podidentity.agent.eksauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.agent.config.InvalidSettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** The agent must never sign with what it hands out itself. */
class SigningCredentialsTest {

    private static final List<String> SET =
            List.of(
                    "aws.sharedCredentialsFile",
                    "aws.configFile",
                    "aws.containerCredentialsFullUri",
                    "aws.disableEc2Metadata",
                    "aws.profile",
                    "aws.accessKeyId",
                    "aws.secretAccessKey");

    @TempDir Path folder;
    private Path file;
    private EksAuthPeer container;

    @BeforeEach
    void offerContainerCredentialsOnly() {
        SET.forEach(System::clearProperty);
        file = folder.resolve("credentials");
        container = new EksAuthPeer();
        container.always(
                WireAnswers.ok(
                        """
                        {"AccessKeyId":"AGENT","SecretAccessKey":"s","Token":"t",
                         "Expiration":"2099-01-01T00:00:00Z"}
                        """));
        System.setProperty("aws.sharedCredentialsFile", file.toString());
        System.setProperty("aws.configFile", folder.resolve("config").toString());
        System.setProperty("aws.containerCredentialsFullUri", container.endpoint() + "/v1");
        System.setProperty("aws.disableEc2Metadata", "true");
    }

    @AfterEach
    void restore() throws IOException {
        SET.forEach(System::clearProperty);
        container.close();
    }

    @Test
    void containerIsNotAsked() {
        assertThatThrownBy(() -> chain().resolveCredentials()).isInstanceOf(RuntimeException.class);
        assertThat(container.requests()).isEmpty();
    }

    static Stream<String> profilesThatSendTheAgentToItself() {
        return Stream.of(
                """
                [default]
                role_arn=arn:aws:iam::1:role/r
                credential_source=EcsContainer
                """,
                """
                [default]
                role_arn=arn:aws:iam::1:role/r
                source_profile=b
                [b]
                role_arn=arn:aws:iam::1:role/b
                credential_source=ecscontainer
                """);
    }

    @ParameterizedTest
    @MethodSource("profilesThatSendTheAgentToItself")
    void profileThatSendsTheAgentToItselfIsRefused(String profile) throws IOException {
        Files.writeString(file, profile);
        assertThatThrownBy(SharedProfile::check)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("AWS_PROFILE: profile ")
                .hasMessageContaining("ask itself; use Ec2InstanceMetadata or Environment");
        assertThat(container.requests()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("profilesThatSendTheAgentToItself")
    void profileThatChangesLaterToSendTheAgentToItselfIsNotFollowed(String profile)
            throws IOException {
        AwsCredentialsProvider chain = chain();
        Files.writeString(file, profile);
        assertThatThrownBy(chain::resolveCredentials).isInstanceOf(RuntimeException.class);
        assertThat(container.requests()).isEmpty();
    }

    @Test
    void profilesInACircleDoNotHoldTheAgentUp() throws IOException {
        Files.writeString(
                file,
                """
                [default]
                role_arn=arn:aws:iam::1:role/r
                source_profile=b
                [b]
                role_arn=arn:aws:iam::1:role/b
                source_profile=default
                """);
        SharedProfile.check();
        assertThatThrownBy(() -> chain().resolveCredentials()).isInstanceOf(RuntimeException.class);
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
        System.setProperty("aws.profile", "node");
        assertThat(chain().resolveCredentials().accessKeyId()).isEqualTo("NODE");
    }

    @Test
    void keysWinOverTheProfile() throws IOException {
        Files.writeString(
                file,
                """
                [default]
                aws_access_key_id=NO
                aws_secret_access_key=s
                """);
        System.setProperty("aws.accessKeyId", "KEY");
        System.setProperty("aws.secretAccessKey", "s");
        assertThat(chain().resolveCredentials().accessKeyId()).isEqualTo("KEY");
    }

    private static AwsCredentialsProvider chain() {
        return SigningCredentials.chain(UrlConnectionHttpClient.create());
    }
}
