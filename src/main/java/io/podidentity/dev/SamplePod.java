package io.podidentity.dev;

/** The pod that the development cluster runs, in name only. */
record SamplePod(String namespace, String serviceAccount, String name, String uid) {

    static final SamplePod INSTANCE =
            new SamplePod("default", "sample", "sample-0", "5a3b1c1e-0000-4000-8000-000000000000");
}
