package io.podidentity.manifests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What is committed, and values that people give to the chart. */
final class Renderings {

    /** Ordinary ones and odd ones, each a YAML text. */
    static final List<String> VALUES =
            List.of(
                    "{}",
                    "clusterName: my_cluster-1",
                    "{enabled: true, global: {imageRegistry: example.com}, clusterName: 20240101}",
                    "{fullnameOverride: 1234567, nameOverride: 1234567, podLabels: {build: 20240101}}",
                    "{agent: {probePort: '12703'}, metrics: {enabled: true, port: '12705'}}",
                    "nodeSelector: {generation: 20240101, gpu: true}",
                    "daemonsets: {two: {create: true, nameSuffix: 2}}",
                    "metrics: {enabled: true, extraLabels: {cost-centre: 4711000}}",
                    "env: {AWS_REGION: us-isob-east-1}",
                    "env: {AWS_REGION: us-iso-east-1, AWS_CA_BUNDLE: /etc/other.pem}",
                    "env: {AWS_USE_FIPS_ENDPOINT: true, ACCOUNT: 123456789012, EMPTY: ''}",
                    "env: null",
                    "daemonsets: {cloud: {create: false}}",
                    "daemonsets: {hybrid: {create: true}, hybrid-bottlerocket: {create: true}}",
                    "daemonsets: {gpu: {create: true, nameSuffix: gpu, additionalArgs: {'-v': debug}}}",
                    "agent: {additionalArgs: {'--max-cache-size': 1000000, '-v': warn}}",
                    "agent: {additionalArgs: {'--rotate-credentials': null}}",
                    "agent: {additionalArgs: {'--rotate-credentials': false}}",
                    "agent: {status: true}",
                    "{agent: {events: true}, startupTaint: {enabled: true}}",
                    "agent: {livenessEndpoint: '', readinessEndpoint: null}",
                    "agent: {advertiseProxyPort: true, probePort: 12703}",
                    "agent: {command: \"['/my/launcher', 'server']\"}",
                    "agent: {command: [/go-runner, /eks-pod-identity-agent, server]}",
                    "init: {create: false}",
                    "init: {additionalArgs: {'--link-kind': bridge}}",
                    "metrics: {enabled: true, port: 12705, extraLabels: {team: sre}}",
                    "metrics: {enabled: true, serviceMonitor: {enabled: true, interval: null}}",
                    "metrics: {enabled: true, podMonitor: {enabled: true}}",
                    "metrics: {prometheusRule: {enabled: true}, dashboard: {enabled: true}}",
                    "podAnnotations: {prometheus.io/scrape: true, prometheus.io/port: 2705}",
                    "podLabels: {app: mine, team: sre}",
                    "startupTaint: {enabled: true, key: example.com/not-yet}",
                    "startupTaint: {enabled: true, admissionPolicy: false}",
                    "image: {override: 'example.com/a/b@sha256:0123'}",
                    "image: {containerRegistry: example.com/team, tag: 1.2}",
                    "{image: {flavor: native}, resources: {limits: {memory: 96Mi}}}",
                    "imagePullSecrets: [{name: pull}]",
                    "resources: null",
                    "resources: {limits: {cpu: 1, memory: null}}",
                    "priorityClassName: ''",
                    "tolerations: []",
                    "affinity: {nodeAffinity: {}}",
                    "nodeSelector: {disk: ssd}",
                    "updateStrategy: {type: OnDelete, rollingUpdate: null}",
                    "{fullnameOverride: '', nameOverride: ''}",
                    "fullnameOverride: a-name-that-is-much-longer-than-the-sixty-three-characters-of-a-label",
                    "podLiveness: {enabled: true}");

    private Renderings() {}

    /** The values file of Amazon's chart. */
    static String reference() throws IOException {
        return Files.readString(Path.of("src/test/resources/chart/reference-values.yaml"));
    }

    static List<Path> committed() throws IOException {
        try (Stream<Path> files = Files.walk(Manifests.FOLDER)) {
            return files.filter(file -> !file.startsWith(Chart.FOLDER))
                    .filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }
}
