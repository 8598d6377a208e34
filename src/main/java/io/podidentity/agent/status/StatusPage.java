package io.podidentity.agent.status;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quarkus.qute.Engine;
import io.quarkus.qute.HtmlEscaper;
import io.quarkus.qute.ReflectionValueResolver;
import io.quarkus.qute.Template;
import io.quarkus.qute.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The status as a page for people, without scripts. Loaded when the first is asked for. */
final class StatusPage {

    private static final String SOURCE = "status.html";

    // Qute alone: its extension would load its engine on every node, whether asked or not.
    private static final Template TEMPLATE =
            Engine.builder()
                    .addDefaults()
                    .addValueResolver(new ReflectionValueResolver())
                    .addResultMapper(new HtmlEscaper(List.of(Variant.TEXT_HTML)))
                    .build()
                    .parse(source(), Variant.forContentType(Variant.TEXT_HTML), SOURCE);

    private StatusPage() {}

    static String of(AgentStatus status) {
        return TEMPLATE.data("status", status).render();
    }

    private static String source() {
        try (InputStream source = StatusPage.class.getResourceAsStream(SOURCE)) {
            if (source == null) {
                throw new IllegalStateException(SOURCE + " is not in the jar");
            }
            return new String(source.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
