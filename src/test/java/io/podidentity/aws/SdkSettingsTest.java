package io.podidentity.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.config.InvalidSettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SdkSettingsTest {

    private static final Map<String, String> KEYS =
            Map.of("AWS_ACCESS_KEY_ID", "K", "AWS_SECRET_ACCESS_KEY", "S");

    @TempDir Path folder;
    private Settings settings;

    @BeforeEach
    void start() {
        settings = new Settings(folder);
    }

    @AfterEach
    void restore() {
        settings.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "AWS_USE_FIPS_ENDPOINT | 1 | '1' is neither true nor false; give one of them",
                "AWS_USE_FIPS_ENDPOINT | yes | neither true nor false",
                "AWS_USE_DUALSTACK_ENDPOINT | on | neither true nor false",
                "AWS_DEFAULTS_MODE | foo | 'foo' is not a mode of the SDK's defaults; give legacy",
                "AWS_DISABLE_REQUEST_COMPRESSION | 0 | neither true nor false",
                "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES | few | 'few' is not a number",
                "AWS_REGION | eu_west_1 | 'eu_west_1' is not a region; give one such as eu-west-1",
                "AWS_REGION | eu west 1 | is not a region",
                "AWS_REGION | EU-WEST-1 | is not a region",
                "AWS_DEFAULT_REGION | eu_west_1 | is not a region",
                "AWS_ENDPOINT_URL | foo | 'foo' is not the URL of a service; give one such as",
                "AWS_ENDPOINT_URL_EKS_AUTH | ftp://x | is not the URL of a service",
                "AWS_ENDPOINT_URL_STS | http://a b | is not the URL of a service",
                "AWS_EC2_METADATA_V1_DISABLED | maybe | neither true nor false",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT | nonsense | is not the URL of a service",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE | IPv5 | neither IPv4 nor IPv6",
                "AWS_METADATA_SERVICE_TIMEOUT | soon | not a number of seconds",
                "AWS_PARTITIONS_FILE | /nowhere | '/nowhere' cannot be read",
            })
    void wrongValueIsToldWithVariableValueAndRemedy(String variable, String value, String told) {
        assertThatThrownBy(() -> SdkSettings.apply(Map.of(variable, value)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(variable + ": ")
                .hasMessageContaining(told)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "AWS_USE_FIPS_ENDPOINT, aws.useFipsEndpoint, false",
        "AWS_USE_DUALSTACK_ENDPOINT, aws.useDualstackEndpoint, false",
        "AWS_DEFAULTS_MODE, aws.defaultsMode, legacy",
        "AWS_DISABLE_REQUEST_COMPRESSION, aws.disableRequestCompression, false",
        "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES, aws.requestMinCompressionSizeBytes, 10240",
        "AWS_REGION, aws.region,",
        "AWS_PROFILE, aws.profile, default",
        "AWS_EC2_METADATA_V1_DISABLED, aws.disableEc2MetadataV1, false",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE, aws.ec2MetadataServiceEndpointMode, IPv4",
        "AWS_METADATA_SERVICE_TIMEOUT, aws.ec2MetadataServiceTimeout, 1",
        "AWS_ENDPOINT_URL, aws.endpointUrl,",
    })
    void emptyIsAsIfNotSet(String variable, String property, String expected) {
        SdkSettings.apply(Map.of(variable, " "));
        assertThat(System.getProperty(property)).isEqualTo(expected);

        // A property of the system, which a user may give empty too.
        settings.set(property, "");
        SdkSettings.apply(Map.of());
        assertThat(System.getProperty(property)).isEqualTo(expected);
    }

    @Test
    void emptyIsWhatTheProfileSays() throws IOException {
        Files.writeString(folder.resolve("config"), "[default]\nuse_fips_endpoint = true\n");

        SdkSettings.apply(Map.of("AWS_USE_FIPS_ENDPOINT", ""));

        assertThat(System.getProperty("aws.useFipsEndpoint")).isEqualTo("true");
    }

    @ParameterizedTest
    @CsvSource({"IPv6, http://[fd00:ec2::254]", "ipv4, http://169.254.169.254"})
    void emptyAddressOfTheMetadataIsThatOfTheFamily(String family, String address) {
        SdkSettings.apply(
                Map.of(
                        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                        family,
                        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        ""));

        assertThat(System.getProperty("aws.ec2MetadataServiceEndpoint")).isEqualTo(address);
    }

    @Test
    void wrongValueOfAProfileIsToldToo() throws IOException {
        Files.writeString(folder.resolve("config"), "[default]\nuse_fips_endpoint = 1\n");

        assertThatThrownBy(() -> SdkSettings.apply(KEYS))
                .hasMessage(
                        "profile default, use_fips_endpoint: '1' is neither true nor false; give"
                                + " one of them, or unset it");
    }

    @ParameterizedTest
    @CsvSource({
        "eu-west-1, us-east-1, eu-west-1",
        "eu-west-1, , eu-west-1",
        ", us-east-1, us-east-1",
        "'', us-east-1, us-east-1",
        "'', '',",
        ", ,",
    })
    void eitherVariableNamesTheRegionAndTheSdksOwnFirst(
            String region, String other, String expected) {
        Map<String, String> environment = new HashMap<>();
        environment.computeIfAbsent("AWS_REGION", name -> region);
        environment.computeIfAbsent("AWS_DEFAULT_REGION", name -> other);

        SdkSettings.apply(environment);

        assertThat(System.getProperty("aws.region")).isEqualTo(expected);
        assertThat(SdkSettings.region().orElse(null)).isEqualTo(expected);
    }

    @Test
    void profileNamesTheRegionAfterThem() throws IOException {
        Files.writeString(folder.resolve("config"), "[default]\nregion = eu-south-1\n");

        SdkSettings.apply(Map.of("AWS_DEFAULT_REGION", ""));

        assertThat(SdkSettings.region()).contains("eu-south-1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\uFEFF[default]\naws_access_key_id=A\naws_secret_access_key=hidden\n",
                "aws_access_key_id=A\naws_secret_access_key=hidden\n",
                "[default\naws_secret_access_key=hidden\n",
                "[default]\naws_access_key_id=A\naws_secret_access_key hidden\n",
            })
    void filesThatCannotBeReadMatterOnlyWhereNothingElseIsConfigured(String content)
            throws IOException {
        Path file = Files.writeString(folder.resolve("credentials"), content);

        assertThatThrownBy(() -> SdkSettings.apply(Map.of()))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(
                        "AWS_SHARED_CREDENTIALS_FILE: " + file + " cannot be read: line ")
                .hasMessageEndingWith("; mend the file, or take it away")
                .hasMessageNotContaining("hidden");

        assertThatCode(() -> SdkSettings.apply(KEYS)).doesNotThrowAnyException();
        assertThat(SharedProfile.configured()).isEmpty();
    }

    @Test
    void whatLooksLikeASecretIsNotRepeated() {
        assertThatThrownBy(() -> SdkSettings.apply(Map.of("AWS_REGION", "s".repeat(100))))
                .hasMessageNotContaining("s".repeat(30));
    }
}
