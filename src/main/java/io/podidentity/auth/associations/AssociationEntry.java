package io.podidentity.auth.associations;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An association in the file; only the first four fields are required. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@RegisterForReflection
record AssociationEntry(
        @Nullable String cluster,
        @Nullable String namespace,
        @Nullable String serviceAccount,
        @Nullable String roleArn,
        @Nullable String targetRoleArn,
        @Nullable Boolean disableSessionTags,
        @Nullable String policy,
        @Nullable Map<String, String> tags,
        @Nullable String createdAt,
        @Nullable String modifiedAt,
        @Nullable String clientRequestToken) {

    static AssociationEntry of(RoleAssociation association) {
        Subject subject = association.subject();
        Grant grant = association.grant();
        Metadata metadata = association.metadata();
        return new AssociationEntry(
                subject.cluster(),
                subject.namespace(),
                subject.serviceAccount(),
                grant.roleArn(),
                grant.targetRoleArn(),
                grant.disableSessionTags() ? true : null,
                grant.policy(),
                metadata.tags().isEmpty() ? null : metadata.tags(),
                text(metadata.created()),
                text(metadata.modified()),
                metadata.requestToken());
    }

    /**
     * @throws IllegalArgumentException whose message says which field is wrong and how
     */
    RoleAssociation association() {
        return new RoleAssociation(
                new Subject(
                        present("cluster", cluster),
                        present("namespace", namespace),
                        present("serviceAccount", serviceAccount)),
                new Grant(
                        present("roleArn", roleArn),
                        targetRoleArn,
                        Boolean.TRUE.equals(disableSessionTags),
                        policy),
                new Metadata(
                        tags == null ? Map.of() : tags,
                        instant("createdAt", createdAt),
                        instant("modifiedAt", modifiedAt),
                        clientRequestToken));
    }

    private static String present(String field, @Nullable String value) {
        if (value == null) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return value;
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    private static @Nullable Instant instant(String field, @Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    field + " must look like 2026-11-21T12:00:00Z, not " + text, e);
        }
    }
}
