#!/usr/bin/env bash
# Builds Kubernetes' programs from its Go modules, once for each version, and prints the folder that they are in, under
# $PIA_KUBERNETES or target/kubernetes. From an empty build cache this takes some ten minutes of two cores.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$(realpath -m "${PIA_KUBERNETES:-$here/../../../target/kubernetes}")
cd "$here/kubernetes"

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
printf '%s\n' "$folder"
