package io.podidentity.sdks;

import java.nio.file.Path;

/** A family of AWS SDKs, with the program that stands for it. */
enum Family {
    JAVA_V2("Java 2", "java-v2", Toolchain.MAVEN),
    JAVA_V1("Java 1", "java-v1", Toolchain.MAVEN),
    KOTLIN("Kotlin", "kotlin", Toolchain.MAVEN),
    BOTO3("Python (boto3)", "boto3", Toolchain.PIP),
    CRT("C and C++ (CRT)", "crt", Toolchain.PIP),
    JAVASCRIPT_V3("JavaScript 3", "javascript-v3", Toolchain.NPM),
    JAVASCRIPT_V2("JavaScript 2", "javascript-v2", Toolchain.NPM),
    GO_V2("Go 2", "go-v2", Toolchain.GO),
    RUST("Rust", "rust", Toolchain.CARGO);

    private final String title;
    private final String folder;
    private final Toolchain toolchain;

    Family(String title, String folder, Toolchain toolchain) {
        this.title = title;
        this.folder = folder;
        this.toolchain = toolchain;
    }

    /** What developers call it. */
    String title() {
        return title;
    }

    /** The name of its folder, and of the service account of its pods. */
    String folder() {
        return folder;
    }

    Toolchain toolchain() {
        return toolchain;
    }

    Path sources() {
        return Path.of("src/test/sdks", folder);
    }

    /** Where its program is built and kept between runs. */
    Path workshop() {
        return Path.of("target/sdks", folder).toAbsolutePath();
    }

    /** Whether it takes credentials from an IPv6 address at all. */
    boolean allowsIpv6() {
        return this != JAVASCRIPT_V2;
    }

    /** A loopback address that it treats as it treats the agent's real one. */
    String loopback() {
        // On 127.0.0.1 it also tries its provider for ECS, with as many requests again.
        return this == JAVASCRIPT_V3 ? "127.0.0.2" : "127.0.0.1";
    }
}
