#!/usr/bin/env bash
# Makes the packages, in build/packages. Called by packaging/dev as: build.sh [deb|tar|appimage|flatpak]... ; deb and tar
# if none is named. One commit gives the same bytes each time: all that is built bears the time of the commit.
#
# OCTAVO_RELEASE_KEY=FILE puts the public key of releases inside (Ed25519, PEM), and OCTAVO_SIGN=COMMAND signs what is
# made (packaging/bundle/release.py). OCTAVO_MAINTAINER=ADDRESS is named in the Debian package.
set -euo pipefail

root=$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")
work=$root/build/package out=$root/build/packages
python=$work/environment/bin/python
packages=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
bundle=$work/octavo share=$work/share
maintainer=${OCTAVO_MAINTAINER:-octavo@users.noreply.example.com}
formats=()

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
    *) fail "\"$argument\" is no kind of package. There is: deb, tar, appimage, flatpak." ;;
  esac
done
[[ ${#formats[@]} -gt 0 ]] || formats=(deb tar)

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
  if [[ -n ${OCTAVO_RELEASE_KEY:-} ]]; then
    cp -- "$OCTAVO_RELEASE_KEY" "$bundle/_internal/app/_resources/release-key.pem"
  fi
  say 'accounting for what is inside'
  step gate "$python" packaging/bundle/gate.py "$bundle" --site-packages "$packages"
  step sbom "$python" packaging/bundle/sbom.py "$bundle" --site-packages "$packages" --out "$work/octavo.cdx.json"
  step licences "$python" packaging/bundle/licences.py "$bundle" --site-packages "$packages" --out "$work/licences"
  mv -- "$work/octavo.cdx.json" "$work/licences" "$bundle/"
  rm -rf -- "$work/staged"
  step stage packaging/desktop/stage.sh "$bundle" "$work/staged"
  rm -rf -- "$share"
  mv -- "$work/staged/usr/share" "$share"
}

# Everything gets the time of the commit, and plain modes; only the program itself is one.
settle() {
  find "$1" -type d -exec chmod 755 {} +
  find "$1" -type f -exec chmod 644 {} +
  [[ ! -e $1/octavo ]] || chmod 755 "$1/octavo"
  find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

# The least version of glibc that all of a folder runs with.
find_glibc() { find "$1" -type f -name '*.so*' -exec grep -aohE 'GLIBC_2\.[0-9]+' {} + | sort -uV | tail -n 1 | sed 's/GLIBC_//'; }

describe() {
  manifest=("$python" -P "$root/packaging/bundle/manifest.py" --name octavo --version "$version" --commit "$commit"
    --glibc "$(find_glibc "$bundle")")
}

# A build between releases comes before the release, and after the builds of earlier commits.
debian_version() {
  local between=''
  [[ $(git tag --points-at HEAD) == *"v$version"* ]] || between=~$(date +%Y%m%d%H%M%S --date="@$SOURCE_DATE_EPOCH")
  printf '%s' "$version$between-1"
}

make_deb() {
  local stage=$work/deb architecture revision
  revision=$(debian_version)
  architecture=$(dpkg --print-architecture)
  say 'making the Debian package'
  rm -rf -- "$stage"
  mkdir -p "$stage"
  cp -r packaging/debian "$stage/debian"
  sed -i "s/@MAINTAINER@/$maintainer/" "$stage/debian/control"
  printf 'octavo (%s) unstable; urgency=medium\n\n  * What is new is told in changelog.gz.\n\n -- The makers of Octavo <%s>  %s\n' \
    "$revision" "$maintainer" "$(date --rfc-email --date="@$SOURCE_DATE_EPOCH")" >"$stage/debian/changelog"
  printf -v MANIFEST '%q ' "${manifest[@]}"
  (
    cd -- "$stage"
    JOBS=$(nproc)
    export BUNDLE=$bundle SHARE=$share MANIFEST JOBS
    step deb dpkg-buildpackage --build=binary --no-sign --no-check-builddeps
  )
  mv -- "$work/octavo_${revision}_$architecture.deb" "$out/"
  rm -f -- "$work"/octavo_*.{buildinfo,changes}
}

make_tar() {
  local name=octavo-$version stage=$work/tar
  say 'making the archive'
  rm -rf -- "$stage"
  mkdir -p "$stage"
  cp -al -- "$bundle" "$stage/$name"
  cp -a -- "$share" "$stage/$name/share"
  "${manifest[@]}" "$stage/$name"
  settle "$stage/$name"
  tar --create --directory "$stage" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu "$name" |
    zstd -q -f -T"$(nproc)" -12 -o "$out/$name-linux-$(uname -m).tar.zst"
}

make_appimage() { "$root/packaging/appimage/build.sh" "$bundle"; }
make_flatpak() { "$root/packaging/flatpak/build.sh" "$bundle"; }

mkdir -p "$work" "$out"
rm -f -- "$out"/*
freeze
settle "$bundle"
settle "$share"
describe
for format in "${formats[@]}"; do
  "make_$format"
done
cp -- "$bundle/octavo.cdx.json" "$out/octavo-$version.cdx.json"
"$python" packaging/bundle/release.py "$out" ${OCTAVO_RELEASE_KEY:+--key "$OCTAVO_RELEASE_KEY"}
say "the packages lie in $out"
