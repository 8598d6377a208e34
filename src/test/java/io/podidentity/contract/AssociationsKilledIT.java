package io.podidentity.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.harness.OwnAuth;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eks.model.PodIdentityAssociationSummary;

/** Associations through {@code kill -9}: what was answered is kept, and the file is whole. */
class AssociationsKilledIT {

    private static final URI NO_STS = URI.create("http://127.0.0.1:9");
    private static final int WRITERS = 4;
    private static final int BEFORE = 40;

    @TempDir Path folder;

    @RepeatedTest(2)
    void nothingThatWasAnsweredIsLost() throws Exception {
        Set<String> answered = ConcurrentHashMap.newKeySet();
        try (OwnAuth auth = OwnAuth.start(folder, NO_STS);
                ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            CountDownLatch enough = new CountDownLatch(BEFORE);
            for (int i = 0; i < WRITERS; i++) {
                String name = "writer-" + i + "-";
                writers.execute(() -> write(auth, name, answered, enough));
            }
            enough.await();

            // In the middle of others' writes.
            ProcessHandle.of(auth.process().pid()).orElseThrow().destroyForcibly();
        }

        assertThat(namesAfterARestart()).containsAll(answered);
    }

    private Set<String> namesAfterARestart() throws IOException {
        try (OwnAuth auth = OwnAuth.start(folder, NO_STS);
                EksClient eks = auth.eks()) {
            Set<String> names = ConcurrentHashMap.newKeySet();
            eks
                    .listPodIdentityAssociationsPaginator(r -> r.clusterName("dev"))
                    .associations()
                    .stream()
                    .map(PodIdentityAssociationSummary::serviceAccount)
                    .forEach(names::add);
            return names;
        }
    }

    private static void write(
            OwnAuth auth, String name, Set<String> answered, CountDownLatch enough) {
        try (EksClient eks = auth.eks()) {
            for (int i = 0; ; i++) {
                OwnAuth.associate(eks, "dev", name + i, "some", null);
                answered.add(name + i);
                enough.countDown();
            }
        } catch (SdkException e) {
            // It was killed.
        }
    }
}
