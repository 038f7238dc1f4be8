#!/usr/bin/env bash
# Makes build/packages/octavo-VERSION-ARCHITECTURE.flatpak. Called as: build.sh BUNDLE, where BUNDLE is the folder of the
# frozen program, as it comes out of the tar. Not tried yet: it needs flatpak-builder and the runtime that the manifest
# names (flatpak install flathub org.freedesktop.Platform//25.08 org.freedesktop.Sdk//25.08).
set -euo pipefail

[[ $# -eq 1 ]] || { echo 'usage: build.sh BUNDLE' >&2 && exit 1; }
here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
root=$(realpath -- "$here/../..")
bundle=$(realpath -- "$1") made=$root/build/flatpak id=${OCTAVO_ID:-alt.octavo.Octavo}

rm -rf -- "$made/tree"
mkdir -p -- "$made/tree/usr/lib" "$root/build/packages"
cp -a -- "$bundle" "$made/tree/usr/lib/octavo"
"$root/packaging/desktop/stage.sh" "$bundle" "$made/tree"
read -r _ version < <("$bundle/octavo" --version)
sed "s/alt\.octavo\.Octavo/$id/g" "$here/alt.octavo.Octavo.yml" | sed 's|\.\./\.\./build/flatpak/tree|tree|' >"$made/$id.yml"
flatpak-builder --force-clean --repo="$made/repo" --state-dir="$made/state" "$made/app" "$made/$id.yml"
flatpak build-bundle "$made/repo" "$root/build/packages/octavo-$version-$(uname -m).flatpak" "$id"
