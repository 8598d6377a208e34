#!/usr/bin/env bash
# A Kubernetes node and its control plane in namespaces of their own (network, processes, mounts), as root:
#
#   node.sh up            starts it, in half a minute once Kubernetes is built
#   node.sh kubectl ...   its kubectl, node.sh ctr ... its containers; node.sh enter ... any command, in its namespaces
#   node.sh load TAR NAME gives it an image, whatever its name in the archive
#   node.sh restart NAME  ends one of its programs, such as kubelet, and starts it again
#   node.sh down          ends it, and nothing is left
#   node.sh run           is the node until it is killed
#
# What it writes is under $PIA_NODE, or target/node.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(realpath -m "${PIA_NODE:-$here/../../../target/node}")
cgroup=pod-identity-$(cksum <<<"$work" | cut -d ' ' -f 1)
name=ip-10-0-0-1.eu-west-1.compute.internal

main() {
  case ${1-} in
    up | down | run | kubectl | ctr | enter | load | restart | inside | inside_restart) "$@" ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" ;;
  esac
}

up() {
  [[ ! -e $work/pid ]] || down
  "$here/build.sh" >/dev/null
  mkdir -p "$(dirname "$work")"
  setsid "$0" run </dev/null >/dev/null 2>"$work.log" &
  for ((i = 0; i < 360; i++)); do
    [[ -e $work/ready ]] && { kubectl get nodes --output wide && return; }
    kill -0 $! 2>/dev/null || break
    sleep 0.5
  done
  cat "$work.log" >&2
  die "the node does not come up"
}

run() {
  local command
  for command in unshare nsenter ip iptables openssl etcd containerd ctr runc busybox go; do
    command -v "$command" >/dev/null || die "needs $command"
  done
  ((EUID == 0)) || die "needs root"
  case $work in /run/* | /var/log/* | /var/lib/*) die "$work is where the node has its own" ;; esac
  local bin
  bin=$("$here/build.sh")
  rm -rf "$work"
  mkdir -p "$work"/{log,pid.d,cni}
  ln -s "$bin" "$work/bin"
  echo $$ >"$work/pid"
  # The first process of its own number space takes all others with it; and it goes with this one.
  exec unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private \
    env --ignore-environment PATH="$bin:/usr/local/sbin:/usr/sbin:/sbin:$PATH" HOME="$work" PIA_NODE="$work" \
    KUBECONFIG="$work/admin.kubeconfig" "$0" inside
}

down() {
  local first
  if first=$(first); then
    kill -KILL "$(cat "$work/pid")"
    # It ends when all that it has started has ended.
    timeout 60 tail --pid="$first" --follow /dev/null || die "process $first does not end"
  fi
  local folder
  for folder in /sys/fs/cgroup/"$cgroup" /sys/fs/cgroup/*/"$cgroup"; do
    [[ ! -d $folder ]] || find "$folder" -depth -type d -exec rmdir {} +
  done
  rm -rf "$work" "$work.log"
}

kubectl() { inside_do kubectl "$@"; }

ctr() { ctr_of k8s.io "$@"; }

ctr_of() { inside_do ctr --address /run/containerd.sock --namespace "$@"; }

load() {
  local name
  # Apart, for Kubernetes would remember the archive's own name.
  ctr_of archive images import --no-unpack "$1" >/dev/null
  name=$(ctr_of archive images ls --quiet)
  [[ $name == "$2" ]] || ctr_of archive images tag "$name" "$2" >/dev/null
  ctr_of archive images export "$work/image.tar" "$2"
  ctr_of archive images rm "$name" "$2" >/dev/null 2>&1
  ctr images import "$work/image.tar"
  rm "$work/image.tar"
}

enter() { inside_do "$@"; }

restart() { inside_do "$0" inside_restart "$1"; }

# Kept by the node's first process when this one ends.
inside_restart() {
  local pid command
  pid=$(cat "$work/pid.d/$1")
  kill "$pid"
  timeout 60 tail --pid="$pid" --follow /dev/null || die "$1 does not end"
  mapfile -d '' -t command <"$work/pid.d/$1.command"
  start "${command[@]}"
}

# In the node's namespaces, or already there.
inside_do() {
  if (($$ == 1)); then
    command "$@"
    return
  fi
  local first
  first=$(first) || die "there is no node under $work"
  nsenter --target "$first" --net --mount --pid \
    env --chdir="$PWD" PATH="$work/bin:$PATH" KUBECONFIG="$work/admin.kubeconfig" "$@"
}

# The node's first process, as this machine numbers it.
first() { [[ -e $work/pid ]] && pgrep --parent "$(cat "$work/pid")" 2>/dev/null; }

inside() {
  own_file_system
  own_network
  local secret=$work/service-accounts.key token
  token=$(openssl rand -hex 16)
  openssl genrsa -out "$secret" 2048 2>/dev/null
  cat >"$work/tokens.csv" <<END
$token-admin,admin,admin,system:masters
$token-kubelet,system:node:$name,kubelet,system:nodes
$token-manager,system:kube-controller-manager,manager
$token-scheduler,system:kube-scheduler,scheduler
$token-proxy,system:kube-proxy,proxy
END
  start etcd --data-dir /var/lib/etcd --unsafe-no-fsync
  start kube-apiserver --etcd-servers=http://127.0.0.1:2379 --bind-address=0.0.0.0 --advertise-address=10.0.0.1 \
    --cert-dir="$work" --token-auth-file="$work/tokens.csv" --authorization-mode=Node,RBAC \
    --enable-admission-plugins=NodeRestriction --allow-privileged=true --service-cluster-ip-range=10.96.0.0/16 \
    --kubelet-preferred-address-types=InternalIP --api-audiences=https://kubernetes.default.svc \
    --service-account-issuer=https://oidc.example/id/node --service-account-jwks-uri=https://10.0.0.1:6443/openid/v1/jwks \
    --service-account-signing-key-file="$secret" --service-account-key-file="$secret"
  start containerd --config "$work/containerd.toml"
  until_true 60 "the API server's certificate" test -s "$work/apiserver.crt"
  local user
  for user in admin kubelet manager scheduler proxy; do kubeconfig "$user" "$token-$user"; done
  until_true 60 "the API server" kubectl get --raw /readyz
  start kube-controller-manager --kubeconfig="$work/manager.kubeconfig" --leader-elect=false \
    --service-account-private-key-file="$secret" --root-ca-file="$work/apiserver.crt" --use-service-account-credentials
  start kube-scheduler --kubeconfig="$work/scheduler.kubeconfig" --leader-elect=false
  start kube-proxy --kubeconfig="$work/proxy.kubeconfig" --hostname-override="$name" --proxy-mode=iptables \
    --conntrack-max-per-core=0 --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0
  until_true 60 containerd ctr version
  busybox_image
  start kubelet --config="$work/kubelet.yaml" --kubeconfig="$work/kubelet.kubeconfig" --root-dir=/var/lib/kubelet \
    --hostname-override="$name" --node-ip=10.0.0.1 --container-runtime-endpoint=unix:///run/containerd.sock
  until_true 60 "the node" kubectl wait --for=condition=Ready --timeout=1s "node/$name"
  until_true 60 "its service accounts" kubectl get serviceaccount default
  touch "$work/ready"
  while :; do wait -n || true; sleep 1; done # Also for those whose parents have left them.
}

# Writable where Kubernetes' programs write, and nothing of that is the machine's.
own_file_system() {
  local folder value
  mkdir -p "$work/cgroup"
  mount --rbind /sys/fs/cgroup "$work/cgroup"
  mount -t sysfs sysfs /sys
  mount --rbind "$work/cgroup" /sys/fs/cgroup
  umount --lazy "$work/cgroup"
  for folder in /run /var/log /var/lib; do mount -t tmpfs tmpfs "$folder"; done
  mkdir -p /run/sysctl /run/lock
  # The kubelet sets these for the whole machine, unless they are so already.
  for value in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
    kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
    echo "${value#*=}" >"/run/sysctl/$(basename "${value%=*}")"
    mount --bind "/run/sysctl/$(basename "${value%=*}")" "/proc/sys/${value%=*}"
  done
  mount --make-rshared /
  for folder in /sys/fs/cgroup /sys/fs/cgroup/*/; do
    [[ -e $folder/cgroup.procs ]] || continue
    mkdir -p "$folder/$cgroup"
    if [[ -e $folder/cpuset.cpus ]]; then
      cat "$folder/cpuset.cpus" >"$folder/$cgroup/cpuset.cpus"
      cat "$folder/cpuset.mems" >"$folder/$cgroup/cpuset.mems"
    fi
  done
  echo nameserver 127.0.0.1 >"$work/resolv.conf"
  for file in containerd.toml kubelet.yaml; do
    sed -e "s|@WORK@|$work|" -e "s|@CGROUP@|$cgroup|" "$here/$file" >"$work/$file"
  done
  cp "$here/cni.conflist" "$work/cni/"
}

own_network() {
  ip link set lo up
  ip link add ens5 type veth peer name outside
  ip link set outside up
  ip link set ens5 up
  ip address add 10.0.0.1/24 dev ens5
  ip route add default via 10.0.0.254 dev ens5
  sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

start() {
  local program=$1
  "$@" </dev/null >>"$work/log/$program.log" 2>&1 &
  echo $! >"$work/pid.d/$program"
  printf '%s\0' "$@" >"$work/pid.d/$program.command"
}

kubeconfig() {
  cat >"$work/$1.kubeconfig" <<END
apiVersion: v1
kind: Config
current-context: node
contexts: [{name: node, context: {cluster: node, user: $1}}]
clusters: [{name: node, cluster: {server: "https://10.0.0.1:6443", certificate-authority: $work/apiserver.crt}}]
users: [{name: $1, user: {token: $2}}]
END
}

# The one image that needs no other: its command of its own is the sandbox of every pod.
busybox_image() {
  local root=$work/busybox
  mkdir -p "$root"/{bin,etc,proc,sys,dev,tmp,usr}
  cp "$(command -v busybox)" "$root/bin/"
  chroot "$root" /bin/busybox --install -s /bin
  ln -s usr/lib usr/lib64 "$root/"
  echo root:x:0:0:root:/:/bin/sh >"$root/etc/passwd"
  image localhost/busybox:1 "$root" '["/bin/sleep", "2147483647"]'
}

# image NAME ROOT ENTRYPOINT: gives the node an image of one folder.
image() {
  local folder=$work/image architecture
  mkdir "$folder"
  tar --create --file "$folder/layer.tar" --directory "$2" --owner 0 --group 0 .
  architecture=$(uname -m | sed 's/x86_64/amd64/;s/aarch64/arm64/')
  cat >"$folder/config.json" <<END
{"architecture": "$architecture", "os": "linux", "config": {"Entrypoint": $3},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$(sha256sum "$folder/layer.tar" | cut -d ' ' -f 1)"]}}
END
  printf '[{"Config": "config.json", "RepoTags": ["%s"], "Layers": ["layer.tar"]}]' "$1" >"$folder/manifest.json"
  tar --create --directory "$folder" . | ctr images import -
  rm -r "$folder"
}

until_true() {
  local seconds=$1 what=$2
  local end=$((SECONDS + seconds))
  shift 2
  until "$@" >"$work/log/last" 2>&1; do
    ((SECONDS < end)) || { tail -n 5 "$work"/log/* >&2; die "$what is not there after $seconds s"; }
    sleep 0.2
  done
}

die() {
  printf 'node.sh: %s\n' "$1" >&2
  exit 1
}

main "$@"
