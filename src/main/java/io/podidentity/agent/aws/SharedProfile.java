package io.podidentity.agent.eksauth;

import io.podidentity.agent.config.InvalidSettingException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSupplier;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.profiles.ProfileProperty;

/** The credentials of the shared files' profile, unless it sends the agent to itself. */
final class SharedProfile {

    private static final String CONTAINER = "EcsContainer";

    private SharedProfile() {}

    /** Reads the files now, and again where they change. */
    static ProfileCredentialsProvider credentials() {
        ProfileFileSupplier files = ProfileFileSupplier.defaultSupplier();
        return ProfileCredentialsProvider.builder()
                .profileFile(() -> checked(files.get()))
                .profileName(name())
                .build();
    }

    /**
     * Ends the start where the profile takes credentials from the container's endpoint: that is the
     * agent, and each request to it would make another.
     *
     * @throws InvalidSettingException if it does
     */
    static void check() {
        try {
            checked(ProfileFile.defaultProfileFile());
        } catch (InvalidSettingException e) {
            throw e;
        } catch (RuntimeException e) {
            // Files that cannot be read may be mended before they are needed.
        }
    }

    private static ProfileFile checked(ProfileFile files) {
        Set<String> seen = new HashSet<>();
        Optional<Profile> profile = files.profile(name());
        while (profile.isPresent() && seen.add(profile.get().name())) {
            Profile one = profile.get();
            if (one.property(ProfileProperty.CREDENTIAL_SOURCE)
                    .filter(CONTAINER::equalsIgnoreCase)
                    .isPresent()) {
                throw new InvalidSettingException(
                        "AWS_PROFILE",
                        "profile "
                                + one.name()
                                + " has credential_source = EcsContainer, so that the agent would"
                                + " ask itself",
                        "use Ec2InstanceMetadata or Environment");
            }
            profile = one.property(ProfileProperty.SOURCE_PROFILE).flatMap(files::profile);
        }
        return files;
    }

    private static String name() {
        return ProfileFileSystemSetting.AWS_PROFILE.getStringValueOrThrow();
    }
}
