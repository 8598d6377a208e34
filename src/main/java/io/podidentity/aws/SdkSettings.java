package io.podidentity.aws;

import io.podidentity.config.InvalidSettingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileLocation;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/**
 * Checks the AWS SDK's variables before anything reads them: empty ones count as not set, and wrong
 * ones fail the start with one line. The SDK would reject empty values, and report wrong ones with
 * a stack trace or not at all. The results are set as system properties, which take precedence in
 * the SDK.
 */
public final class SdkSettings {

    private static final Logger LOG = Logger.getLogger(SdkSettings.class);
    private static final Pattern LINE = Pattern.compile("line (\\d+)");
    private static final String NO_FILE = "/dev/null";
    private static final String METADATA_MODE = "aws.ec2MetadataServiceEndpointMode";
    private static final String METADATA = "aws.ec2MetadataServiceEndpoint";

    private static final SdkSetting CREDENTIALS_FILE =
            new SdkSetting(
                    "AWS_SHARED_CREDENTIALS_FILE",
                    "aws.sharedCredentialsFile",
                    null,
                    "~/.aws/credentials",
                    SdkSetting.ANYTHING);
    private static final SdkSetting CONFIG_FILE =
            new SdkSetting(
                    "AWS_CONFIG_FILE",
                    "aws.configFile",
                    null,
                    "~/.aws/config",
                    SdkSetting.ANYTHING);
    private static final SdkSetting PROFILE =
            new SdkSetting("AWS_PROFILE", "aws.profile", null, "default", SdkSetting.ANYTHING);

    /** The metadata endpoint must follow its mode. */
    private static final List<SdkSetting> OTHERS =
            List.of(
                    new SdkSetting(
                            // SDKs of other languages know only the second.
                            List.of("AWS_REGION", "AWS_DEFAULT_REGION"),
                            "aws.region",
                            "region",
                            null,
                            SdkSetting.REGION),
                    new SdkSetting(
                            "AWS_USE_FIPS_ENDPOINT",
                            "aws.useFipsEndpoint",
                            "use_fips_endpoint",
                            "false",
                            SdkSetting.TRUTH),
                    new SdkSetting(
                            "AWS_USE_DUALSTACK_ENDPOINT",
                            "aws.useDualstackEndpoint",
                            "use_dualstack_endpoint",
                            "false",
                            SdkSetting.TRUTH),
                    new SdkSetting(
                            "AWS_DEFAULTS_MODE",
                            "aws.defaultsMode",
                            "defaults_mode",
                            "legacy",
                            SdkSetting.DEFAULTS_MODE),
                    new SdkSetting(
                            "AWS_DISABLE_REQUEST_COMPRESSION",
                            "aws.disableRequestCompression",
                            "disable_request_compression",
                            "false",
                            SdkSetting.TRUTH),
                    new SdkSetting(
                            "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
                            "aws.requestMinCompressionSizeBytes",
                            "request_min_compression_size_bytes",
                            "10240",
                            SdkSetting.NUMBER),
                    new SdkSetting(
                            "AWS_ENDPOINT_URL",
                            "aws.endpointUrl",
                            "endpoint_url",
                            null,
                            SdkSetting.URL),
                    new SdkSetting(
                            "AWS_ENDPOINT_URL_EKS_AUTH",
                            "aws.endpointUrlEksAuth",
                            null,
                            null,
                            SdkSetting.URL),
                    new SdkSetting(
                            "AWS_ENDPOINT_URL_STS",
                            "aws.endpointUrlSts",
                            null,
                            null,
                            SdkSetting.URL),
                    new SdkSetting(
                            "AWS_PARTITIONS_FILE",
                            "aws.partitionsFile",
                            null,
                            null,
                            SdkSetting.FILE),
                    new SdkSetting(
                            "AWS_EC2_METADATA_DISABLED",
                            "aws.disableEc2Metadata",
                            null,
                            "false",
                            SdkSetting.TRUTH),
                    new SdkSetting(
                            "AWS_EC2_METADATA_V1_DISABLED",
                            "aws.disableEc2MetadataV1",
                            "ec2_metadata_v1_disabled",
                            "false",
                            SdkSetting.TRUTH),
                    new SdkSetting(
                            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                            METADATA_MODE,
                            "ec2_metadata_service_endpoint_mode",
                            "IPv4",
                            SdkSetting.FAMILY),
                    new SdkSetting(
                            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                            METADATA,
                            "ec2_metadata_service_endpoint",
                            null,
                            SdkSetting.URL),
                    new SdkSetting(
                            "AWS_METADATA_SERVICE_TIMEOUT",
                            "aws.ec2MetadataServiceTimeout",
                            "metadata_service_timeout",
                            "1",
                            SdkSetting.SECONDS));

    private final Map<String, String> environment;

    private SdkSettings(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * Applies them for the life of the process.
     *
     * @throws InvalidSettingException if one is wrong
     */
    public static void apply(Map<String, String> environment) {
        new SdkSettings(environment).apply();
    }

    /** The region: the environment's, the profile's or the instance's. */
    public static Optional<String> region() {
        try {
            return Optional.of(DefaultAwsRegionProviderChain.builder().build().getRegion().id());
        } catch (SdkClientException e) {
            return Optional.empty();
        }
    }

    private void apply() {
        apply(CREDENTIALS_FILE, Optional.empty());
        apply(CONFIG_FILE, Optional.empty());
        apply(PROFILE, Optional.empty());
        read(
                CREDENTIALS_FILE,
                ProfileFileLocation::credentialsFilePath,
                ProfileFile.Type.CREDENTIALS);
        read(
                CONFIG_FILE,
                ProfileFileLocation::configurationFilePath,
                ProfileFile.Type.CONFIGURATION);
        Optional<Profile> profile = SharedProfile.configured();
        OTHERS.forEach(setting -> apply(setting, profile));
    }

    private void apply(SdkSetting setting, Optional<Profile> profile) {
        String set = System.getProperty(setting.property());
        if (set != null && !set.isBlank()) {
            setting.check(setting.property(), set.strip());
            return;
        }
        for (String variable : setting.variables()) {
            String value = environment.getOrDefault(variable, "").strip();
            if (!value.isEmpty()) {
                setting.check(variable, value);
                System.setProperty(setting.property(), value);
                return;
            }
        }
        Optional<String> ofProfile =
                profile.flatMap(one -> Optional.ofNullable(setting.key()).flatMap(one::property));
        ofProfile.ifPresent(
                value ->
                        setting.check(
                                "profile " + profile.get().name() + ", " + setting.key(), value));
        System.clearProperty(setting.property());
        if (set != null || setting.variables().stream().anyMatch(environment::containsKey)) {
            ofProfile
                    .or(() -> Optional.ofNullable(empty(setting)))
                    .ifPresent(value -> System.setProperty(setting.property(), value));
        }
    }

    private static @Nullable String empty(SdkSetting setting) {
        if (!setting.property().equals(METADATA)) {
            return setting.empty();
        }
        return "ipv6".equalsIgnoreCase(System.getProperty(METADATA_MODE))
                ? "http://[fd00:ec2::254]"
                : "http://169.254.169.254";
    }

    /** Fails on an unreadable file, or hides it from the SDK if it is not needed. */
    private void read(SdkSetting setting, Supplier<Path> place, ProfileFile.Type type) {
        Path file = place.get();
        if (!Files.isRegularFile(file)) {
            return;
        }
        try {
            ProfileFile.builder().content(file).type(type).build();
        } catch (RuntimeException e) {
            // Not the exception's text: it may quote the file.
            Matcher line = LINE.matcher(String.valueOf(e.getMessage()));
            String problem =
                    file + " cannot be read" + (line.find() ? ": line " + line.group(1) : "");
            if (isSet("AWS_ACCESS_KEY_ID") || isSet("AWS_WEB_IDENTITY_TOKEN_FILE")) {
                LOG.warnf("%s; it is passed over, since the environment has credentials", problem);
                System.setProperty(setting.property(), NO_FILE);
            } else {
                throw new InvalidSettingException(
                        setting.variables().getFirst(), problem, "mend the file, or take it away");
            }
        }
    }

    private boolean isSet(String variable) {
        return !environment.getOrDefault(variable, "").isBlank();
    }
}
