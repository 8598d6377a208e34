package io.podidentity.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The project's list of versions with known faults, since no scanner's database is at hand. */
final class Advisories {

    private static final Path LIST = Path.of("src/build/advisories.txt");
    private static final Pattern LINE = Pattern.compile("(pkg:\\S+)\\s+(\\S+)\\s+(.+)");
    private static final Pattern PACKAGE = Pattern.compile("(pkg:[^@?]+)@([^?]+).*");

    private final List<Advisory> all;

    private Advisories(List<Advisory> all) {
        this.all = all;
    }

    /** Those that a project keeps. */
    static Advisories of(Path project) throws IOException {
        return new Advisories(
                Files.readAllLines(project.resolve(LIST), UTF_8).stream()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .map(Advisory::parse)
                        .toList());
    }

    /** The packages, given by their URLs, that are too old, each with what is wrong with it. */
    List<String> against(Stream<String> packages) {
        return packages.flatMap(each -> all.stream().flatMap(one -> one.against(each).stream()))
                .toList();
    }

    /** Compares the numbers of two versions; letters tell how a version is called. */
    static int compare(String one, String other) {
        List<BigInteger> left = numbers(one);
        List<BigInteger> right = numbers(other);
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            int order = at(left, i).compareTo(at(right, i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static List<BigInteger> numbers(String version) {
        return Arrays.stream(version.split("\\D+"))
                .filter(part -> !part.isEmpty())
                .map(BigInteger::new)
                .toList();
    }

    private static BigInteger at(List<BigInteger> numbers, int place) {
        return place < numbers.size() ? numbers.get(place) : BigInteger.ZERO;
    }

    private record Advisory(String name, String firstGood, String problems) {

        static Advisory parse(String line) {
            var parts = LINE.matcher(line);
            if (!parts.matches()) {
                throw new IllegalArgumentException(LIST + ": not an advisory: " + line);
            }
            return new Advisory(parts.group(1), parts.group(2), parts.group(3));
        }

        Optional<String> against(String url) {
            var parts = PACKAGE.matcher(url);
            return parts.matches() && names(parts.group(1)) && isTooOld(parts.group(2))
                    ? Optional.of(url + " is before " + firstGood + ": " + problems)
                    : Optional.empty();
        }

        private boolean names(String other) {
            return name.endsWith("*")
                    ? other.startsWith(name.substring(0, name.length() - 1))
                    : other.equals(name);
        }

        private boolean isTooOld(String version) {
            return compare(version, firstGood) < 0;
        }
    }
}
