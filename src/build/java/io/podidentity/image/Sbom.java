package io.podidentity.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The list of all that is in the image, as CycloneDX: Maven's, with the rest added. */
final class Sbom {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ObjectNode document;

    private Sbom(ObjectNode document) {
        this.document = document;
    }

    /**
     * @throws IllegalStateException if the file is missing: Maven makes it, but not offline
     */
    static Sbom read(Path file) throws IOException {
        if (Files.notExists(file)) {
            throw new IllegalStateException(
                    file + " is missing: package once without -o, Maven makes it only online");
        }
        return new Sbom((ObjectNode) JSON.readTree(file.toFile()));
    }

    Sbom add(List<SystemPackage> packages) {
        packages.forEach(each -> add("library", each.name(), each.version(), each.url()));
        return this;
    }

    /**
     * Notes that a jar is not as it was published.
     *
     * @param jar as it is in the image, named by group, artifact and version
     */
    Sbom changed(Path jar, String how) throws IOException {
        ObjectNode component = component(jar.getFileName().toString());
        component.putArray("hashes").addObject().put("alg", "SHA-256").put("content", sha256(jar));
        component.putObject("pedigree").put("notes", how);
        return this;
    }

    private ObjectNode component(String jar) {
        for (JsonNode each : document.withArray("components")) {
            String name =
                    "%s.%s-%s.jar"
                            .formatted(
                                    text(each, "group"), text(each, "name"), text(each, "version"));
            if (name.equals(jar)) {
                return (ObjectNode) each;
            }
        }
        throw new IllegalArgumentException(jar + " is not listed");
    }

    private static String text(JsonNode component, String key) {
        return component.path(key).asText();
    }

    static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * What it says the SHA-256 of a jar is.
     *
     * @param jar its file's name in the image
     */
    String hash(String jar) {
        for (JsonNode hash : component(jar).withArray("hashes")) {
            if (text(hash, "alg").equals("SHA-256")) {
                return text(hash, "content");
            }
        }
        throw new IllegalArgumentException(jar + " has no hash");
    }

    /** Adds the runtime of the JDK that runs this. */
    Sbom addRuntime() {
        String version = Runtime.version().toString();
        return add(
                "platform",
                "openjdk",
                version,
                "pkg:generic/openjdk@" + version.replace("+", "%2B"));
    }

    /** Adds the Maven artifacts of a folder, which say themselves what they are. */
    Sbom addJars(Path folder) throws IOException {
        try (Stream<Path> jars = Files.list(folder)) {
            for (Path jar : jars.sorted().toList()) {
                addJar(jar);
            }
        }
        return this;
    }

    private void addJar(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            JarEntry entry =
                    file.stream()
                            .filter(
                                    each ->
                                            each.getName()
                                                    .matches("META-INF/maven/.*/pom.properties"))
                            .findFirst()
                            .orElseThrow(() -> new IOException(jar + " does not say what it is"));
            Properties pom = new Properties();
            pom.load(file.getInputStream(entry));
            String name = pom.getProperty("artifactId");
            String version = pom.getProperty("version");
            String group = pom.getProperty("groupId");
            add("library", name, version, "pkg:maven/%s/%s@%s".formatted(group, name, version));
        }
    }

    private Sbom add(String type, String name, String version, String url) {
        document.withArray("components")
                .addObject()
                .put("type", type)
                .put("bom-ref", url)
                .put("name", name)
                .put("version", version)
                .put("purl", url);
        return this;
    }

    /** The URLs of its packages, as people write them. */
    Stream<String> packages() {
        return document.path("components")
                .valueStream()
                .map(component -> component.path("purl"))
                .filter(JsonNode::isTextual)
                .map(url -> URLDecoder.decode(escaped(url.asText()), StandardCharsets.UTF_8));
    }

    /** To this decoder a plus is a space. */
    private static String escaped(String url) {
        return url.replace("+", "%2B");
    }

    void write(Path file) throws IOException {
        JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), document);
    }
}
