package io.podidentity.auth.associations;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.auth.associations.Associations.Lookup;
import io.podidentity.auth.associations.Associations.Lookup.Found;
import io.podidentity.auth.associations.Associations.Lookup.None;
import io.podidentity.auth.associations.Associations.Lookup.Unavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AssociationsFileTest {

    private static final String ORDERS =
            """
            # Comments are welcome.
            associations:
              - cluster: prod
                namespace: money
                serviceAccount: billing
                roleArn: arn:aws:iam::123456789012:role/billing
              - cluster: dev
                namespace: shop
                serviceAccount: orders
                roleArn: arn:aws-us-gov:iam::123456789012:role/orders
            """;

    @TempDir Path folder;
    private Path file;
    private AssociationStore associations;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(folder.resolve("associations.yaml"), ORDERS);
        associations = new AssociationsFile(file);
    }

    @Test
    void findsTheRoleOfAServiceAccount() {
        assertThat(find())
                .isEqualTo(
                        new Found(
                                RoleAssociation.of(
                                        new Subject("dev", "shop", "orders"),
                                        "arn:aws-us-gov:iam::123456789012:role/orders")));
    }

    @ParameterizedTest
    @CsvSource({"prod,shop,orders", "dev,default,orders", "dev,shop,billing", "dev,shop,ORDERS"})
    void matchesEveryPart(String cluster, String namespace, String serviceAccount) {
        assertThat(associations.find(cluster, namespace, serviceAccount)).isEqualTo(new None());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    namespace: shop        | namespace: Shop         | association 2: namespace must match
                    namespace: shop        | namespace:              | association 2: namespace is missing
                    namespace: shop        | # namespace: shop       | association 2: namespace is missing
                    cluster: dev           | cluster: -dev           | association 2: cluster must match
                    role/orders            | user/orders             | association 2: roleArn must look like
                    namespace: shop        | `namespace: shop\\n    policy: "{}"` | association 2: policy needs disableSessionTags: true
                    serviceAccount: orders | serviceAccounts: orders | association 2: there is no field "serviceAccounts", only clientRequestToken
                    serviceAccount: orders | serviceAccount: [a]     | line 9: Cannot deserialize
                    namespace: shop        | ` namespace: shop`      | line 8: mapping values
                    associations:          | associates:             | there is no field "associates", only associations
                    associations:          | ``                      | line 3: Cannot deserialize
                    """)
    void saysWhereItCannotBeRead(String text, String broken, String where) throws IOException {
        Files.writeString(file, ORDERS.replace(text, broken.translateEscapes()));

        assertThat(find())
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        unavailable ->
                                assertThat(unavailable.problem())
                                        .startsWith("associations.yaml cannot be read: " + where));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "associations:", "associations: {}", "[]"})
    void keepsTheLastGoodOnesThroughABrokenEdit(String broken) throws IOException {
        find();

        edit(broken);

        assertThat(find()).isInstanceOf(Found.class);
    }

    @Test
    void refusesTwoAssociationsOfOneServiceAccount() throws IOException {
        edit(ORDERS + ORDERS.substring(ORDERS.indexOf("  - cluster: dev")));

        assertThat(find())
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        unavailable ->
                                assertThat(unavailable.problem())
                                        .contains("shop/orders of dev has two associations"));
    }

    @Test
    void keepsTheLastGoodOnesWhileTheFileIsAway() throws IOException {
        find();

        Files.delete(file);

        assertThat(find()).isInstanceOf(Found.class);
    }

    @Test
    void saysThatTheFileIsMissing() {
        assertThat(new AssociationsFile(folder.resolve("none.yaml")).find("a", "b", "c"))
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        unavailable -> assertThat(unavailable.problem()).contains("none.yaml"));
    }

    @Test
    void readsAnEditOfTheSameSizeAgain() throws IOException {
        find();

        edit(ORDERS.replace("shop", "shot"));

        assertThat(find()).isEqualTo(new None());
    }

    @Test
    void readsAFileThatIsMovedIntoPlaceAgainAtTheSameTimeAndSize() throws IOException {
        find();
        FileTime modified = Files.getLastModifiedTime(file);
        Path other = Files.writeString(folder.resolve("other"), ORDERS.replace("shop", "shot"));
        Files.setLastModifiedTime(other, modified);

        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);

        assertThat(find()).isEqualTo(new None());
    }

    private Lookup find() {
        return associations.find("dev", "shop", "orders");
    }

    private void edit(String content) throws IOException {
        Files.writeString(file, content);
        // A file system's clock may be too coarse to tell two edits of a test apart.
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
    }
}
