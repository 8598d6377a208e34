package io.podidentity.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.config.Version;
import io.podidentity.harness.Shell;
import io.podidentity.manifests.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image's tar file, made of a tree with a file for each layer. */
class JibImageTest {

    @TempDir Path folder;

    /** What Docker of any age reads, and podman and containerd too. */
    @Test
    void namesTheImageAsTheManifestDoesAndListsItsLayers() throws Exception {
        Path home = ImageTree.home(folder.resolve("root"));
        for (String file : List.of("jre/java", "app/lib/a.jar", "app/b.jar", "../../lib/libc")) {
            Files.createDirectories(home.resolve(file).normalize().getParent());
            Files.writeString(home.resolve(file).normalize(), file);
        }
        Path tar = folder.resolve("image.tar");

        JibImage.write(folder.resolve("root"), Version.current(), tar);

        List<String> files = Shell.succeed(List.of("tar", "-tf", tar.toString())).lines().toList();
        JsonNode manifest = json(tar, "manifest.json").path(0);
        assertThat(manifest.path("RepoTags"))
                .singleElement()
                .extracting(JsonNode::asText)
                .isEqualTo(Manifest.agent("dev", "a").getContainers().getFirst().getImage());
        assertThat(manifest.path("Layers")).hasSize(4);
        assertThat(manifest.path("Layers"))
                .allSatisfy(layer -> assertThat(files).contains(layer.asText()));
        assertThat(json(tar, manifest.path("Config").asText()).at("/config/User").asText())
                .isEqualTo("65532:65532");
    }

    /** All files have the same time, by which layers of an earlier build were taken for these. */
    @Test
    void fileThatChangesIsInTheNextImage() throws Exception {
        Path root = folder.resolve("root");
        Path file = ImageTree.home(root).resolve("app/b.jar");
        Files.createDirectories(file.getParent());
        Path tar = folder.resolve("image.tar");

        assertThat(application(root, file, "before", tar))
                .isNotEqualTo(application(root, file, "after", tar));
    }

    private static String application(Path root, Path file, String content, Path tar)
            throws Exception {
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, ImageTree.TIME);
        JibImage.write(root, Version.current(), tar);
        return json(tar, "manifest.json").at("/0/Layers").toString();
    }

    private static JsonNode json(Path tar, String file) throws Exception {
        return new ObjectMapper()
                .readTree(Shell.succeed(List.of("tar", "-xOf", tar.toString(), file)));
    }
}
