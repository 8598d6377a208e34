package io.podidentity.cli;

import io.podidentity.agent.node.LinkKind;
import io.podidentity.config.BindHost;
import io.podidentity.config.ClusterName;
import io.podidentity.config.ClusterSource;
import io.podidentity.config.Endpoint;
import io.podidentity.config.GoDuration;
import io.podidentity.config.KubernetesName;
import io.podidentity.config.NamedValue;
import io.podidentity.config.Numbers;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Checks a flag's value with the reader that will read it later, and keeps its text. */
abstract class Checked implements ITypeConverter<String> {

    abstract void check(String text);

    @Override
    public final String convert(String text) {
        try {
            check(text);
            return text;
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    static final class Cluster extends Checked {
        @Override
        void check(String text) {
            ClusterName.parse(text);
        }
    }

    static final class Port extends Checked {
        @Override
        void check(String text) {
            Numbers.port(text);
        }
    }

    static final class Count extends Checked {
        @Override
        void check(String text) {
            Numbers.count(text);
        }
    }

    static final class Rate extends Checked {
        @Override
        void check(String text) {
            Numbers.rate(text);
        }
    }

    static final class Host extends Checked {
        @Override
        void check(String text) {
            BindHost.parse(text);
        }
    }

    static final class Retention extends Checked {
        @Override
        void check(String text) {
            GoDuration.parse(text);
        }
    }

    static final class Url extends Checked {
        @Override
        void check(String text) {
            Endpoint.parse(text);
        }
    }

    static final class Audience extends Checked {
        @Override
        void check(String text) {
            if (text.isBlank()) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no audience; give one such as pods.eks.amazonaws.com");
            }
        }
    }

    static final class Truth extends Checked {
        @Override
        void check(String text) {
            String lower = text.toLowerCase(Locale.ROOT);
            if (!lower.equals("true") && !lower.equals("false")) {
                throw new IllegalArgumentException(
                        "'" + text + "' is neither true nor false; give one of them");
            }
        }
    }

    static final class Kind extends Checked {
        @Override
        void check(String text) {
            LinkKind.parse(text);
        }
    }

    static final class KeysUrl extends Checked {
        @Override
        void check(String text) {
            URI uri = Endpoint.parse(text);
            if (!uri.getScheme().equals("https")
                    && !uri.getHost().matches("127\\..*|localhost|\\[::1]")) {
                throw new IllegalArgumentException(
                        "'"
                                + text
                                + "' is not https, and whoever serves the keys can make tokens;"
                                + " give an https URL");
            }
        }
    }

    static final class Node extends Checked {
        @Override
        void check(String text) {
            KubernetesName.node(text);
        }
    }

    static final class Taint extends Checked {
        @Override
        void check(String text) {
            KubernetesName.taint(text);
        }
    }

    static final class ExistingFile extends Checked {
        @Override
        void check(String text) {
            if (!Files.isReadable(Path.of(text))) {
                throw new IllegalArgumentException(
                        "'" + text + "' cannot be read; give a file with a JWKS document");
            }
        }
    }

    static final class ReadableFile extends Checked {
        @Override
        void check(String text) {
            if (!Files.isReadable(Path.of(text))) {
                throw new IllegalArgumentException(
                        "'" + text + "' cannot be read; give a file that exists");
            }
        }
    }

    static final class FileOrNew extends Checked {
        @Override
        void check(String text) {
            Path file = Path.of(text).toAbsolutePath();
            Path folder = file.getParent();
            boolean possible = folder != null && Files.isDirectory(folder) && !Files.exists(file);
            if (!Files.isReadable(file) && !possible) {
                throw new IllegalArgumentException(
                        "'"
                                + text
                                + "' cannot be read or made; give a file in a folder that exists");
            }
        }
    }

    static final class Source extends Checked {
        @Override
        void check(String text) {
            ClusterSource source = ClusterSource.parse(text);
            if (source.isUrl()) {
                new KeysUrl().check(source.keys());
            } else if (!source.keys().equals(ClusterSource.API_SERVER)) {
                new ExistingFile().check(source.keys());
            }
        }
    }

    static final class Issuer extends Checked {
        @Override
        void check(String text) {
            NamedValue.issuer(text);
        }
    }

    static final class Region extends Checked {
        @Override
        void check(String text) {
            if (!text.matches("[a-z]{2}[a-z-]{1,30}-[0-9]{1,2}")) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not a region; give one such as eu-west-1");
            }
        }
    }

    static final class Folder extends Checked {
        @Override
        void check(String text) {
            if (!Files.isDirectory(Path.of(text)) || !Files.isWritable(Path.of(text))) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no folder to write to; give one that exists");
            }
        }
    }
}
