#!/bin/sh
# Makes the two base images of ./Dockerfile where no image registry is reachable: Debian from its mirror, Node from npm.
#   localhost/janus-mesh-base/node:<version>          to build on: Debian with a shell, node and npm
#   localhost/janus-mesh-base/node-runtime:<version>  to run on: node, the C and C++ libraries, root certificates; no shell
# Needs root, debootstrap, npm and buildah. Usage: local-base.sh [node version] [debian suite]
set -eu

version=${1:-24.21.0}
suite=${2:-bookworm}
case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) echo "no Node package for $(uname -m): x86_64 or aarch64 is needed" >&2; exit 1 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
runtime=$work/runtime
mkdir "$runtime"

debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" >"$work/debootstrap.log" 2>&1 || {
  tail -n 20 "$work/debootstrap.log" >&2
  exit 1
}
# What node, ONNX Runtime and libvips are linked to.
for package in base-files libc6 libgcc-s1 libstdc++6; do
  dpkg-deb -x "$root"/var/cache/apt/archives/"$package"_*.deb "$runtime"
done
rm -rf "$root"/dev/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/doc "$runtime"/usr/share/doc

cd "$work"
npm pack --silent "node-linux-$arch@$version" "npm@$(npm --version)" >/dev/null
mkdir node npm
tar -xzf node-linux-"$arch"-*.tgz -C node --strip-components=1
tar -xzf npm-*.tgz -C npm --strip-components=1
install -D node/bin/node "$root/usr/local/bin/node"
install -D node/bin/node "$runtime/usr/local/bin/node"
mkdir -p "$root/usr/local/lib/node_modules"
mv npm "$root/usr/local/lib/node_modules/npm"
for name in npm npx; do
  chmod 755 "$root/usr/local/lib/node_modules/npm/bin/$name-cli.js"
  ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$root/usr/local/bin/$name"
done
# Packages come the way they come to this machine, which may be through a proxy with a certificate of its own.
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
mkdir -p "$runtime/etc/ssl/certs"
cp -L /etc/ssl/certs/ca-certificates.crt "$runtime/etc/ssl/certs/ca-certificates.crt"
mkdir -m 1777 -p "$runtime/tmp"

# image <root folder> <name> <buildah config options>
image() {
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$1" / >/dev/null
  name=$2
  shift 2
  buildah config --env PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin "$@" "$container"
  buildah commit --quiet --rm "$container" "$name" >/dev/null
  echo "$name"
}
image "$root" "localhost/janus-mesh-base/node:$version" --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
image "$runtime" "localhost/janus-mesh-base/node-runtime:$version"
