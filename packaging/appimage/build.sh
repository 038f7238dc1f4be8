#!/usr/bin/env bash
# Makes build/packages/octavo-VERSION-ARCHITECTURE.AppImage. Called as: build.sh BUNDLE [FOLDER], where BUNDLE is the
# folder of the frozen program, and FOLDER the one that the image is made of (build/appimage/Octavo.AppDir if not named).
# FOLDER was tried, with a made-up bundle; the image was not: appimagetool is not in Debian.
set -euo pipefail

[[ $# -eq 1 || $# -eq 2 ]] || { echo 'usage: build.sh BUNDLE [FOLDER]' >&2 && exit 1; }
here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
root=$(realpath -- "$here/../..")
bundle=$(realpath -- "$1") id=${OCTAVO_ID:-alt.octavo.Octavo}

folder=$(realpath -m -- "${2:-$root/build/appimage/Octavo.AppDir}")
rm -rf -- "$folder"
mkdir -p -- "$folder/usr/lib" "$folder/usr/bin"
cp -a -- "$bundle" "$folder/usr/lib/octavo"
ln -s ../lib/octavo/octavo "$folder/usr/bin/octavo"
ln -s ../lib/octavo/octavo "$folder/usr/bin/octavo-desk"
"$root/packaging/desktop/stage.sh" "$bundle" "$folder"
install -m 755 -- "$here/AppRun" "$folder/AppRun"
ln -s "usr/share/applications/$id.desktop" "$folder/$id.desktop"
ln -s "usr/share/icons/hicolor/256x256/apps/$id.png" "$folder/$id.png"
ln -s "$id.png" "$folder/.DirIcon"

if ! type -P appimagetool >/dev/null; then
  printf 'Octavo: %s is ready. appimagetool, which makes an AppImage of it, is not on this machine: get it from\n' "$folder" >&2
  printf 'github.com/AppImage/appimagetool, put it on the PATH, and start again.\n' >&2
  exit 3
fi
read -r _ version < <("$bundle/octavo" --version)
mkdir -p -- "$root/build/packages"
appimagetool --no-appstream "$folder" "$root/build/packages/octavo-$version-$(uname -m).AppImage"
