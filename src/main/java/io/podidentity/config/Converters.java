package io.podidentity.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.net.URI;
import java.time.Duration;
import org.eclipse.microprofile.config.spi.Converter;

/** This package's parsers, as converters for the configuration mapping. */
@RegisterForReflection
@SuppressWarnings("serial") // Never serialized.
public final class Converters {

    private Converters() {}

    public static final class Cluster implements Converter<String> {
        @Override
        public String convert(String text) {
            return ClusterName.parse(text);
        }
    }

    public static final class Port implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return Numbers.port(text);
        }
    }

    public static final class Count implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return Numbers.count(text);
        }
    }

    public static final class Rate implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return Numbers.rate(text);
        }
    }

    public static final class Host implements Converter<BindHost> {
        @Override
        public BindHost convert(String text) {
            return BindHost.parse(text);
        }
    }

    public static final class Node implements Converter<String> {
        @Override
        public String convert(String text) {
            return KubernetesName.node(text);
        }
    }

    public static final class Taint implements Converter<String> {
        @Override
        public String convert(String text) {
            return KubernetesName.taint(text);
        }
    }

    public static final class Retention implements Converter<Duration> {
        @Override
        public Duration convert(String text) {
            return GoDuration.parse(text);
        }
    }

    public static final class Url implements Converter<URI> {
        @Override
        public URI convert(String text) {
            return Endpoint.parse(text);
        }
    }
}
