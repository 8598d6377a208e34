package io.podidentity.aws;

import io.podidentity.config.InvalidSettingException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;

/**
 * Where the process' own credentials come from: the first configured origin, in the SDK's order.
 * Falling through to another provider during an STS outage would sign as a different identity.
 *
 * @param sts assumes roles
 * @param container whether the container endpoint counts; on a node that is the agent itself
 */
public record CredentialsChoice(OwnSts sts, boolean container)
        implements Supplier<Optional<CredentialsOrigin>> {

    /**
     * The origin; nothing is fetched yet.
     *
     * @throws InvalidSettingException if it is configured in a way that can never work
     */
    @Override
    public Optional<CredentialsOrigin> get() {
        return keys().or(this::webIdentity).or(this::profile).or(this::endpoint);
    }

    private Optional<CredentialsOrigin> keys() {
        Optional<String> id = setting(SdkSystemSetting.AWS_ACCESS_KEY_ID);
        Optional<String> secret = setting(SdkSystemSetting.AWS_SECRET_ACCESS_KEY);
        if (id.isPresent() != secret.isPresent()) {
            throw new InvalidSettingException(
                    id.isPresent() ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID",
                    "missing, while its other half is set",
                    "set both or neither");
        }
        String property = SdkSystemSetting.AWS_ACCESS_KEY_ID.property();
        return id.map(
                key ->
                        new CredentialsOrigin(
                                "the keys of AWS_ACCESS_KEY_ID",
                                key.equals(System.getProperty(property))
                                        ? SystemPropertyCredentialsProvider.create()
                                        : EnvironmentVariableCredentialsProvider.create()));
    }

    private Optional<CredentialsOrigin> webIdentity() {
        return setting(SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE)
                .map(
                        file -> {
                            String role =
                                    setting(SdkSystemSetting.AWS_ROLE_ARN)
                                            .orElseThrow(
                                                    () ->
                                                            new InvalidSettingException(
                                                                    "AWS_ROLE_ARN",
                                                                    "missing, while"
                                                                            + " AWS_WEB_IDENTITY_TOKEN_FILE"
                                                                            + " is set",
                                                                    "set both or neither"));
                            return new CredentialsOrigin(
                                    "the web identity of " + role,
                                    sts.webIdentity(
                                            role,
                                            setting(SdkSystemSetting.AWS_ROLE_SESSION_NAME)
                                                    .orElse(null),
                                            Path.of(file)));
                        });
    }

    private Optional<CredentialsOrigin> profile() {
        String name = SharedProfile.name();
        Optional<Profile> profile = SharedProfile.configured();
        if (profile.isEmpty() && !name.equals("default")) {
            throw new InvalidSettingException(
                    "AWS_PROFILE",
                    "there is no profile " + name + " in the shared files",
                    "name one of " + ProfileFile.defaultProfileFile().profiles().keySet());
        }
        return profile.filter(SharedProfile::hasCredentials)
                .map(
                        one ->
                                new CredentialsOrigin(
                                        "profile " + name,
                                        new ReloadedProfile(
                                                files ->
                                                        new SharedProfile(files, sts)
                                                                .credentials())));
    }

    /** The profile of the shared files that SDKs would take credentials of, if there is one. */
    public static Optional<String> profileWithCredentials() {
        return SharedProfile.configured().filter(SharedProfile::hasCredentials).map(Profile::name);
    }

    private Optional<CredentialsOrigin> endpoint() {
        boolean configured =
                setting(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI)
                        .or(() -> setting(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI))
                        .isPresent();
        return container && configured
                ? Optional.of(
                        new CredentialsOrigin(
                                "the container's endpoint", ContainerCredentialsProvider.create()))
                : Optional.empty();
    }

    private static Optional<String> setting(SdkSystemSetting setting) {
        return setting.getStringValue().filter(value -> !value.isBlank());
    }
}
