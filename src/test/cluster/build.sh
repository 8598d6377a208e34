#!/usr/bin/env bash
# Builds Kubernetes' programs and Helm from their Go modules, once for each version, and prints the folder that they are in,
# under $PIA_KUBERNETES or target/kubernetes; in its crds/ is what Prometheus' operator and Cilium add to an API server.
# From an empty build cache this takes some ten minutes of two cores.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$(realpath -m "${PIA_KUBERNETES:-$here/../../../target/kubernetes}")
operator=github.com/prometheus-operator/prometheus-operator@v0.85.0
cilium=github.com/cilium/cilium@v1.20.2
cd "$here/kubernetes"

# The folder of a module of which nothing is built; asked for outside of ours, whose versions are not its own.
downloaded() { (cd "$here" && go mod download -json "$1") | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }

version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
folder=$folder/$version
mkdir -p "$folder"

# Another run may be building the same.
exec 9>"$folder/.lock"
flock 9
# The last to be written says that all are there.
if ! cmp --silent go.sum "$folder/built"; then
  IFS=. read -r major minor _ <<<"${version#v}"
  flags=(-s -w)
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=(-X "$package.gitVersion=$version" -X "$package.gitMajor=$major" -X "$package.gitMinor=$minor")
  done
  CGO_ENABLED=0 go build -buildvcs=false -mod=readonly -ldflags "${flags[*]}" -o "$folder/" tool >&2
  cp go.sum "$folder/built"
fi
if ! cmp --silent "$here/build.sh" "$folder/crds/built"; then
  mkdir -p "$folder/crds"
  for kind in servicemonitors podmonitors prometheusrules; do
    cp "$(downloaded "$operator")/example/prometheus-operator-crd/monitoring.coreos.com_$kind.yaml" "$folder/crds/"
  done
  cp "$(downloaded "$cilium")/pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml" "$folder/crds/"
  chmod u+w "$folder"/crds/*.yaml
  cp "$here/build.sh" "$folder/crds/built"
fi
printf '%s\n' "$folder"
