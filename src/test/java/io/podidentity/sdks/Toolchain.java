package io.podidentity.sdks;

import java.nio.file.Path;
import java.util.List;

/** How the programs of one language are built and run, in a folder of their own. */
enum Toolchain {
    MAVEN,
    NPM,
    PIP,
    GO,
    CARGO;

    /** The commands without which nothing can be built. */
    List<String> tools() {
        return switch (this) {
            case MAVEN -> List.of(); // What builds the agent is there.
            case NPM -> List.of("node", "npm");
            case PIP -> List.of("python3");
            case GO -> List.of("go");
            case CARGO -> List.of("cargo");
        };
    }

    List<List<String>> build() {
        return switch (this) {
            case MAVEN ->
                    List.of(words(mvnw() + " --batch-mode --quiet --no-transfer-progress compile"));
            case NPM -> List.of(words("npm ci --ignore-scripts --no-audit --no-fund"));
            case PIP ->
                    List.of(
                            words("python3 -m venv venv"),
                            words("venv/bin/python -m pip install --quiet -r requirements.txt"));
            case GO -> List.of(words("go build -buildvcs=false -o program ."));
            case CARGO -> List.of(words("cargo build --quiet --locked --target-dir build"));
        };
    }

    List<String> run() {
        return switch (this) {
            case MAVEN -> words(java() + " -cp target/classes:lib/* Program");
            case NPM -> words("node program.mjs");
            case PIP -> words("venv/bin/python program.py");
            case GO -> words("./program");
            case CARGO -> words("build/debug/program");
        };
    }

    private static List<String> words(String line) {
        return List.of(line.split(" "));
    }

    private static Path mvnw() {
        return Path.of("mvnw").toAbsolutePath();
    }

    private static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }
}
