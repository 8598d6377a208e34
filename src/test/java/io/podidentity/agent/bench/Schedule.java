package io.podidentity.agent.bench;

/** How the agents of a fleet get and renew what their pods ask for. */
interface Schedule {

    /** How long an SDK waits for an answer, in steps. */
    int patience();

    /** The step at which the credentials end that the pod gets at once; 0: it must wait. */
    int ask(int pod);

    /** The same for a pod that has waited; 0: an error. */
    int waited(int pod);

    /** Whether the pod that waited in vain was told 429. */
    boolean throttled(int pod);

    /** Tries what the pod waits for. */
    void fetch(int pod);

    void renew(int pod);

    /** The node's own timer. */
    void tick(int node);
}
