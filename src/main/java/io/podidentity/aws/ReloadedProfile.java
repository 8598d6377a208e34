package io.podidentity.aws;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileLocation;

/** A profile's credentials, reloaded when the shared files change. */
final class ReloadedProfile implements AwsCredentialsProvider {

    private final Function<ProfileFile, AwsCredentialsProvider> reader;
    private List<String> read = List.of();
    private @Nullable AwsCredentialsProvider current;

    ReloadedProfile(Function<ProfileFile, AwsCredentialsProvider> reader) {
        this.reader = reader;
        current();
    }

    @Override
    public AwsCredentials resolveCredentials() {
        return current().resolveCredentials();
    }

    private synchronized AwsCredentialsProvider current() {
        List<String> now =
                List.of(
                        stamp(ProfileFileLocation.credentialsFilePath()),
                        stamp(ProfileFileLocation.configurationFilePath()));
        AwsCredentialsProvider provider = current;
        if (provider == null || !now.equals(read)) {
            provider = reader.apply(ProfileFile.defaultProfileFile());
            current = provider;
            read = now;
        }
        return provider;
    }

    /** Changes whenever the file does. */
    private static String stamp(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return now.lastModifiedTime() + " " + now.size() + " " + now.fileKey();
        } catch (IOException e) {
            return "missing";
        }
    }
}
