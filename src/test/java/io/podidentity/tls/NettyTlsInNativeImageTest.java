package io.podidentity.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.oracle.svm.core.annotate.Substitute;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A version of Netty that makes TLS by another method cannot be compiled to a native executable.
 */
class NettyTlsInNativeImageTest {

    private static final String QUARKUS =
            "io.quarkus.netty.runtime.graal.Target_io_netty_handler_ssl_SslContext";

    private static final String SUBSTITUTE = Substitute.class.descriptorString();

    @Test
    void allByWhichNettyMakesTlsIsSubstituted() throws IOException {
        Set<String> called = new HashSet<>();
        for (MethodModel method : classFile(SslContextBuilder.class.getName()).methods()) {
            method.code().stream()
                    .flatMap(code -> code.elementStream())
                    .filter(InvokeInstruction.class::isInstance)
                    .map(InvokeInstruction.class::cast)
                    .filter(call -> call.owner().asInternalName().endsWith("/SslContext"))
                    .filter(call -> call.name().stringValue().endsWith("ContextInternal"))
                    .forEach(call -> called.add(call.name() + " " + call.type()));
        }
        Set<String> substituted = new HashSet<>();
        for (String by : Set.of(QUARKUS, NettyTlsInNativeImage.class.getName())) {
            classFile(by).methods().stream()
                    .filter(method -> annotations(method).anyMatch(SUBSTITUTE::equals))
                    .forEach(
                            method ->
                                    substituted.add(
                                            method.methodName() + " " + method.methodType()));
        }
        assertThat(called).isNotEmpty();
        assertThat(substituted).containsAll(called);
    }

    private static Stream<String> annotations(MethodModel method) {
        return method.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                .flatMap(all -> all.annotations().stream())
                .map(annotation -> annotation.className().stringValue());
    }

    private static ClassModel classFile(String name) throws IOException {
        String path = name.replace('.', '/') + ".class";
        try (InputStream bytes =
                NettyTlsInNativeImageTest.class.getClassLoader().getResourceAsStream(path)) {
            return ClassFile.of().parse(bytes.readAllBytes());
        }
    }
}
