package io.podidentity.dev;

import io.podidentity.agent.status.StatusTable;
import io.podidentity.auth.associations.AssociationsFile;
import io.podidentity.auth.associations.RoleAssociation;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.List;

/** The associations of the embedded EKS Auth, beside the agent's status. */
@IfBuildProfile("dev")
@Singleton
class AssociationsTable implements StatusTable {

    @Override
    public String title() {
        return "Associations of the EKS Auth for development";
    }

    @Override
    public List<String> columns() {
        return List.of("Cluster", "Namespace", "Service account", "Role");
    }

    @Override
    public List<List<String>> rows() {
        try {
            return new AssociationsFile(Workbench.INSTANCE.associations())
                    .all().stream().map(AssociationsTable::row).toList();
        } catch (IOException e) {
            return List.of(List.of("The file cannot be read: " + e.getMessage()));
        }
    }

    private static List<String> row(RoleAssociation each) {
        return List.of(
                each.subject().cluster(),
                each.subject().namespace(),
                each.subject().serviceAccount(),
                each.grant().roleArn());
    }
}
