package io.podidentity.config;

import java.net.URI;
import java.time.Duration;
import org.eclipse.microprofile.config.spi.Converter;

/** The readers of this package in the form that the configuration mapping takes. */
public final class Converters {

    private Converters() {}

    /** Reads one. */
    public static final class Cluster implements Converter<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String convert(String text) {
            return ClusterName.parse(text);
        }
    }

    /** Reads one. */
    public static final class Port implements Converter<Integer> {
        private static final long serialVersionUID = 1L;

        @Override
        public Integer convert(String text) {
            return Numbers.port(text);
        }
    }

    /** Reads one. */
    public static final class Count implements Converter<Integer> {
        private static final long serialVersionUID = 1L;

        @Override
        public Integer convert(String text) {
            return Numbers.count(text);
        }
    }

    /** Reads one. */
    public static final class Rate implements Converter<Integer> {
        private static final long serialVersionUID = 1L;

        @Override
        public Integer convert(String text) {
            return Numbers.rate(text);
        }
    }

    /** Reads one. */
    public static final class Host implements Converter<BindHost> {
        private static final long serialVersionUID = 1L;

        @Override
        public BindHost convert(String text) {
            return BindHost.parse(text);
        }
    }

    /** Reads one. */
    public static final class Node implements Converter<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String convert(String text) {
            return KubernetesName.node(text);
        }
    }

    /** Reads one. */
    public static final class Taint implements Converter<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String convert(String text) {
            return KubernetesName.taint(text);
        }
    }

    /** Reads one. */
    public static final class Retention implements Converter<Duration> {
        private static final long serialVersionUID = 1L;

        @Override
        public Duration convert(String text) {
            return GoDuration.parse(text);
        }
    }

    /** Reads one. */
    public static final class Url implements Converter<URI> {
        private static final long serialVersionUID = 1L;

        @Override
        public URI convert(String text) {
            return Endpoint.parse(text);
        }
    }
}
