package io.podidentity.image;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The SDK's tables of the regions of Amazon's services. It makes those of all three hundred
 * services when the first client is made: a sixth of the agent's live heap, on every node. The
 * image keeps those of the two services that the agent calls; of any other the SDK then knows no
 * more than the name, as of a service that is newer than itself.
 */
final class ServiceTables {

    private static final String PACKAGE = "software.amazon.awssdk.regions";
    private static final ClassDesc ALL = ClassDesc.of(PACKAGE, "GeneratedServiceMetadataProvider");
    private static final ClassDesc TABLE = ClassDesc.of(PACKAGE, "ServiceMetadata");
    private static final ClassDesc PROVIDER = ClassDesc.of(PACKAGE, "ServiceMetadataProvider");
    private static final String TABLES = PACKAGE + ".servicemetadata";

    /**
     * By the names that the SDK's clients ask by; sorted, for each build to make the same class.
     */
    private static final SortedMap<String, String> KEPT =
            new TreeMap<>(
                    Map.of("eks-auth", "EksAuthServiceMetadata", "sts", "StsServiceMetadata"));

    private ServiceTables() {}

    /**
     * Takes the others out of the SDK's jar, which is one of these.
     *
     * @return that jar
     */
    static Path reduce(Path jars) throws IOException {
        try (Stream<Path> all = Files.list(jars)) {
            List<Path> one =
                    all.filter(jar -> jar.getFileName().toString().startsWith(PACKAGE + "-"))
                            .toList();
            if (one.size() != 1) {
                throw new IllegalStateException("not one jar of " + PACKAGE + ": " + one);
            }
            try (FileSystem jar = FileSystems.newFileSystem(one.getFirst())) {
                reduce(jar);
            }
            return one.getFirst();
        }
    }

    private static void reduce(FileSystem jar) throws IOException {
        Path provider = jar.getPath(PACKAGE.replace('.', '/'), ALL.displayName() + ".class");
        if (!Files.exists(provider)) {
            throw new IllegalStateException("the SDK has no " + provider + " any more");
        }
        Files.write(provider, provider());
        Files.setLastModifiedTime(provider, ImageTree.TIME);
        Path tables = jar.getPath(TABLES.replace('.', '/'));
        try (Stream<Path> all = Files.list(tables)) {
            for (Path table : all.toList()) {
                if (!KEPT.containsValue(table.getFileName().toString().replace(".class", ""))) {
                    Files.delete(table);
                }
            }
        }
    }

    private static byte[] provider() {
        return ClassFile.of()
                .build(
                        ALL,
                        made ->
                                made.withFlags(ACC_PUBLIC | ACC_FINAL)
                                        .withInterfaceSymbols(PROVIDER)
                                        .withMethodBody(
                                                INIT_NAME,
                                                MTD_void,
                                                ACC_PUBLIC,
                                                code ->
                                                        code.aload(0)
                                                                .invokespecial(
                                                                        CD_Object, INIT_NAME,
                                                                        MTD_void)
                                                                .return_())
                                        .withMethodBody(
                                                "serviceMetadata",
                                                MethodTypeDesc.of(TABLE, CD_String),
                                                ACC_PUBLIC,
                                                ServiceTables::choose));
    }

    private static void choose(CodeBuilder code) {
        KEPT.forEach(
                (service, table) -> {
                    ClassDesc chosen = ClassDesc.of(TABLES, table);
                    code.ldc(service)
                            .aload(1)
                            .invokevirtual(
                                    CD_String, "equals", MethodTypeDesc.of(CD_boolean, CD_Object))
                            .ifThen(
                                    then ->
                                            then.new_(chosen)
                                                    .dup()
                                                    .invokespecial(chosen, INIT_NAME, MTD_void)
                                                    .areturn());
                });
        code.aconst_null().areturn();
    }
}
