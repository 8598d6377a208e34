package io.podidentity.aws;

import static software.amazon.awssdk.profiles.ProfileProperty.CREDENTIAL_SOURCE;
import static software.amazon.awssdk.profiles.ProfileProperty.ROLE_ARN;
import static software.amazon.awssdk.profiles.ProfileProperty.ROLE_SESSION_NAME;
import static software.amazon.awssdk.profiles.ProfileProperty.SOURCE_PROFILE;
import static software.amazon.awssdk.profiles.ProfileProperty.WEB_IDENTITY_TOKEN_FILE;

import io.podidentity.config.InvalidSettingException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.profiles.ProfileProperty;

/**
 * The credentials of a profile, as the SDK reads it, except that roles are assumed through our STS
 * client, and a profile that makes the agent ask itself is rejected.
 */
record SharedProfile(ProfileFile files, OwnSts sts) {

    /** Keys that make a profile one with credentials. */
    private static final Set<String> CREDENTIALS =
            Set.of(
                    ROLE_ARN,
                    ProfileProperty.AWS_ACCESS_KEY_ID,
                    ProfileProperty.CREDENTIAL_PROCESS,
                    ProfileProperty.SSO_START_URL,
                    "sso_session");

    /** The selected profile, if the files have it. */
    static Optional<Profile> configured() {
        return ProfileFile.defaultProfileFile().profile(name());
    }

    static String name() {
        return ProfileFileSystemSetting.AWS_PROFILE.getStringValueOrThrow();
    }

    static boolean hasCredentials(Profile profile) {
        return profile.properties().keySet().stream().anyMatch(CREDENTIALS::contains);
    }

    /** The profile's credentials. */
    AwsCredentialsProvider credentials() {
        return credentials(name(), new HashSet<>());
    }

    private AwsCredentialsProvider credentials(String name, Set<String> seen) {
        Profile profile =
                files.profile(name)
                        .orElseThrow(() -> wrong(name, "is not there", "name one that is"));
        if (!seen.add(name)) {
            throw wrong(name, "is its own source_profile", "name one that has credentials");
        }
        if (Stream.of(ProfileProperty.SSO_START_URL, "sso_session")
                .anyMatch(key -> profile.property(key).isPresent())) {
            throw wrong(name, "needs a person to sign in", "name one without SSO");
        }
        Optional<String> role = profile.property(ROLE_ARN);
        if (role.isEmpty()) {
            return ProfileCredentialsProvider.builder()
                    .profileFile(() -> files)
                    .profileName(name)
                    .build();
        }
        Optional<String> tokenFile = profile.property(WEB_IDENTITY_TOKEN_FILE);
        return tokenFile.isPresent()
                ? sts.webIdentity(
                        role.get(),
                        profile.property(ROLE_SESSION_NAME).orElse(null),
                        Path.of(tokenFile.get()))
                : sts.role(profile, role.get(), source(profile, seen));
    }

    /** The credentials to assume a role with. */
    private AwsCredentialsProvider source(Profile profile, Set<String> seen) {
        Optional<String> other = profile.property(SOURCE_PROFILE);
        if (other.isPresent()) {
            return credentials(other.get(), seen);
        }
        String source = profile.property(CREDENTIAL_SOURCE).orElse("none");
        return switch (source.toLowerCase(Locale.ROOT)) {
            case "ec2instancemetadata" -> InstanceProfileCredentialsProvider.create();
            case "environment" -> EnvironmentVariableCredentialsProvider.create();
            // That is the agent itself: each request would cause another.
            case "ecscontainer" ->
                    throw wrong(
                            profile.name(),
                            "has credential_source = EcsContainer, so that the agent would ask"
                                    + " itself",
                            "use Ec2InstanceMetadata or Environment");
            default ->
                    throw wrong(
                            profile.name(),
                            "has a role_arn and nothing to assume it with",
                            "give it a source_profile, a credential_source or a"
                                    + " web_identity_token_file");
        };
    }

    private static InvalidSettingException wrong(String profile, String problem, String remedy) {
        return new InvalidSettingException(
                "AWS_PROFILE", "profile " + profile + " " + problem, remedy);
    }
}
