#!/usr/bin/env bash
# Makes the packages, in build/packages. Called by packaging/dev as:
#   build.sh [deb|tar|appimage|flatpak]... [--cuda] [--cuda12] [--vulkan]
# deb and tar if nothing is named. --cuda and --cuda12 make the add-ons for NVIDIA cards as well (as deb and tar), --vulkan
# that for cards of all makers, or alone if no kind is named.
# All that is built bears the time of the commit, and two builds of one commit are the same, byte for
# byte, wherever they are made with the same system packages. Of the add-ons that was not seen yet.
#
# No add-on was tried on a real card yet; that for Vulkan runs on one made of software.
# octavo-cuda was built, looked into, and loaded by the program on a machine without a
# driver. Of octavo-cuda12, most of llama.cpp's library was compiled, for one kind of card; this was packed, and ggml loaded it.
#
# OCTAVO_RELEASE_KEY=FILE puts the public key of releases inside (Ed25519, PEM), and OCTAVO_SIGN=COMMAND signs what is
# made (packaging/bundle/release.py). OCTAVO_MAINTAINER=ADDRESS is named in the Debian package.
# OCTAVO_ID, OCTAVO_DEVELOPER, OCTAVO_HOMEPAGE and OCTAVO_SCREENSHOTS say who passes the program on (packaging/desktop).
set -euo pipefail

root=$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")
work=$root/build/package out=$root/build/packages
python=$work/environment/bin/python
packages=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
bundle=$work/octavo share=$work/share
maintainer=${OCTAVO_MAINTAINER:-octavo@users.noreply.example.com}
formats=() add_ons=()

say() { printf 'Octavo: %s\n' "$*" >&2; }
fail() {
  say "$@"
  exit 1
}

# Runs a step whose output goes to a log of its own, of which the end is shown if it fails.
step() {
  local name=$1
  shift
  "$@" >"$work/$name.log" 2>&1 || {
    tail -n 20 -- "$work/$name.log" >&2
    fail "that did not work; all of it is in $work/$name.log"
  }
}

for argument; do
  case $argument in
    deb | tar | appimage | flatpak) formats+=("$argument") ;;
    --cuda | --cuda12 | --vulkan) add_ons+=("${argument#--}") ;;
    *) fail "\"$argument\" is no kind of package. There is: deb, tar, appimage, flatpak; and --cuda, --cuda12, --vulkan." ;;
  esac
done
[[ ${#formats[@]} -gt 0 || ${#add_ons[@]} -gt 0 ]] || formats=(deb tar)

cd -- "$root"
commit=$(git rev-parse HEAD)
[[ -z $(git status --porcelain) ]] || say 'the working tree differs from its commit, and so will the packages'
version=$("$python" -P -c 'import app; print(app.__version__)')
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH PYTHONHASHSEED=0 TZ=UTC LC_ALL=C.UTF-8 PYTHON=$python
umask 022

freeze() {
  say 'freezing the program'
  rm -rf -- "$bundle" "$work/frozen"
  step stand-ins "$python" packaging/bundle/stand_ins.py "$packages"
  step freeze "$python" -P -m PyInstaller --noconfirm --distpath "$work" --workpath "$work/frozen" packaging/bundle/octavo.spec
  step trim "$python" packaging/bundle/trim.py "$bundle"
  if [[ -n ${OCTAVO_RELEASE_KEY:-} ]]; then
    cp -- "$OCTAVO_RELEASE_KEY" "$bundle/_internal/app/_resources/release-key.pem"
  fi
  [[ -z ${OCTAVO_ID:-} ]] || printf '%s\n' "$OCTAVO_ID" >"$bundle/_internal/app/_resources/application-id"
  account "$bundle" "$packages" octavo
  rm -rf -- "$work/staged"
  step stage packaging/desktop/stage.sh "$bundle" "$work/staged"
  rm -rf -- "$share"
  mv -- "$work/staged/usr/share" "$share"
}

# The packages of an add-on: add_on NAME, where NAME is that of its environment.
add_on() {
  local package=octavo-$1 folder=$work/octavo-$1 recipe=$work/recipe-$1 site
  site=$(echo "$work/$1"/lib/python*/site-packages)
  step "stage-$1" packaging/add_on/stage.sh "$1" "$site" "$folder"
  account "$folder" "$site" "$package"
  settle "$folder"
  rm -rf -- "$recipe"
  cp -r packaging/add_on/debian "$recipe"
  cp packaging/"${1%12}"/debian/* "$recipe/"
  pack_deb "$package" "$folder" "$recipe"
  pack_tar "$package" "$folder"
  cp -- "$folder/$package.cdx.json" "$out/$package-$version.cdx.json"
}

# Puts the bill of materials and the licences of a package into its folder: account FOLDER SITE_PACKAGES NAME
account() {
  local folder=$1 licences=$1/licences${3#octavo}
  local -a given=("$folder" --site-packages "$2")
  [[ $3 == octavo ]] || given+=(--name "$3")
  say "accounting for what is inside $3"
  step "gate-$3" "$python" packaging/bundle/gate.py "${given[@]}"
  step "sbom-$3" "$python" packaging/bundle/sbom.py "${given[@]}" --out "$work/$3.cdx.json"
  step "licences-$3" "$python" packaging/bundle/licences.py "${given[@]}" --out "$work/licences-$3"
  rm -rf -- "$licences"
  mv -- "$work/licences-$3" "$licences"
  mv -- "$work/$3.cdx.json" "$folder/"
}

# Everything gets the time of the commit, and plain modes; only the program itself is one.
settle() {
  find "$1" -type d -exec chmod 755 {} +
  find "$1" -type f -exec chmod 644 {} +
  [[ ! -e $1/octavo ]] || chmod 755 "$1/octavo"
  find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

# The command that writes the manifest of a package: describe NAME FOLDER
describe() {
  manifest=("$python" -P "$root/packaging/bundle/manifest.py" --name "$1" --version "$version" --commit "$commit"
    --glibc "$("$python" "$root/packaging/bundle/baseline.py" "$2" --least)")
}

# A build between releases comes before the release, and after the builds of earlier commits.
debian_version() {
  local between=''
  [[ $(git tag --points-at HEAD) == *"v$version"* ]] || between=~$(date +%Y%m%d%H%M%S --date="@$SOURCE_DATE_EPOCH")
  printf '%s' "$version$between-1"
}

# pack_deb NAME FOLDER RECIPE, where RECIPE is the folder of Debian's files for it.
pack_deb() {
  local name=$1 stage=$work/deb-$1 architecture revision driver
  revision=$(debian_version)
  architecture=$(dpkg --print-architecture)
  say "making the Debian package of $name"
  rm -rf -- "$stage"
  mkdir -p "$stage"
  cp -r "$3" "$stage/debian"
  driver=$("$python" -P -c 'import sys
from app.engine.llama.nvidia import ADD_ONS
print(*(add_on.needed_driver for add_on in ADD_ONS if add_on.package == sys.argv[1]))' "$name")
  sed -i "s/@MAINTAINER@/$maintainer/g; s/@PACKAGE@/$name/g; s/@ADD_ON@/${name#octavo-}/g; s/@DRIVER@/$driver/g" "$stage"/debian/*
  printf '%s (%s) unstable; urgency=medium\n\n  * What is new is told in changelog.gz of octavo.\n\n -- The makers of Octavo <%s>  %s\n' \
    "$name" "$revision" "$maintainer" "$(date --rfc-email --date="@$SOURCE_DATE_EPOCH")" >"$stage/debian/changelog"
  describe "$name" "$2"
  printf -v MANIFEST '%q ' "${manifest[@]}"
  (
    cd -- "$stage"
    JOBS=$(nproc)
    export BUNDLE=$2 SHARE=$share MANIFEST JOBS
    step "deb-$name" dpkg-buildpackage --build=binary --no-sign --no-check-builddeps
  )
  mv -- "$work/${name}_${revision}_$architecture.deb" "$out/"
  rm -f -- "$work/${name}"_*.{buildinfo,changes}
}

# pack_tar NAME FOLDER [SHARE]: all archives are unpacked at the same place, and the add-on so over the program.
pack_tar() {
  local name=$1 top=octavo-$version stage=$work/tar-$1
  say "making the archive of $name"
  rm -rf -- "$stage"
  mkdir -p "$stage"
  cp -al -- "$2" "$stage/$top"
  [[ $# -lt 3 ]] || cp -a -- "$3" "$stage/$top/share"
  describe "$name" "$2"
  "${manifest[@]}" "$stage/$top"
  settle "$stage/$top"
  tar --create --directory "$stage" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu "$top" |
    zstd -q -f -T"$(nproc)" -12 -o "$out/$name-$version-linux-$(uname -m).tar.zst"
}

make_deb() { pack_deb octavo "$bundle" packaging/debian; }
make_tar() { pack_tar octavo "$bundle" "$share"; }
make_appimage() { "$root/packaging/appimage/build.sh" "$bundle"; }
make_flatpak() { "$root/packaging/flatpak/build.sh" "$bundle"; }

mkdir -p "$work" "$out"
rm -f -- "$out"/*
if [[ ${#formats[@]} -gt 0 ]]; then
  freeze
  settle "$bundle"
  settle "$share"
  for format in "${formats[@]}"; do
    "make_$format"
  done
  cp -- "$bundle/octavo.cdx.json" "$out/octavo-$version.cdx.json"
  "$python" packaging/bundle/sizes.py "$bundle" >"$work/sizes.txt"
  say "the program takes $(awk 'END { print $2, $3 }' "$work/sizes.txt"); its parts are in $work/sizes.txt"
fi
for name in "${add_ons[@]}"; do
  add_on "$name"
done
"$python" packaging/bundle/release.py "$out" ${OCTAVO_RELEASE_KEY:+--key "$OCTAVO_RELEASE_KEY"}
say "the packages are in $out"
