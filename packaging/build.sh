#!/usr/bin/env bash
# Makes the packages in build/packages/. Called by packaging/dev as: build.sh [deb|tar]... ; both if none is named.
# One commit gives the same bytes each time: what is built bears the time of the commit.
set -euo pipefail

root=$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")
work=$root/build/package out=$root/build/packages
environment=$work/environment bundle=$work/octavo
python=$environment/bin/python
formats=()

say() { printf 'Octavo: %s\n' "$*" >&2; }
fail() {
  say "$@"
  exit 1
}

for argument; do
  case $argument in
    deb | tar) formats+=("$argument") ;;
    *) fail "\"$argument\" is no kind of package. There is: deb, tar." ;;
  esac
done
[[ ${#formats[@]} -gt 0 ]] || formats=(deb tar)

cd -- "$root"
commit=$(git rev-parse HEAD)
[[ -z $(git status --porcelain) ]] || say 'the working tree differs from its commit; so will the packages'
version=$("$python" -c 'import app; print(app.__version__)')
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH PYTHONHASHSEED=0 TZ=UTC LC_ALL=C.UTF-8
umask 022
architecture=$(dpkg --print-architecture)

# Everything gets the time of the commit; whoever unpacks it sees no trace of this machine.
settle() {
  find "$1" -depth -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

make_bundle() {
  say 'freezing the program'
  rm -rf -- "$bundle" "$work/frozen"
  "$python" -m PyInstaller --noconfirm --log-level WARN --distpath "$work" --workpath "$work/frozen" \
    packaging/bundle/octavo.spec
  chmod -R u=rwX,go=rX "$bundle"
  settle "$bundle"
}

make_deb() {
  local stage=$work/deb package
  say 'making the Debian package'
  rm -rf -- "$stage"
  mkdir -p "$stage"
  cp -r packaging/debian "$stage/debian"
  sed -i "s/@MAINTAINER@/${OCTAVO_MAINTAINER:-octavo@example.org}/" "$stage/debian/control"
  printf 'octavo (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- The makers of Octavo <%s>  %s\n' "$version" \
    "${OCTAVO_MAINTAINER:-octavo@example.org}" "$(date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")" >"$stage/debian/changelog"
  (cd "$stage" && BUNDLE=$bundle JOBS=$(nproc) dpkg-buildpackage --build=binary --no-sign --no-check-builddeps >"$work/deb.log" 2>&1) ||
    { tail -n 20 "$work/deb.log" >&2 && fail 'the Debian package could not be made'; }
  package=octavo_${version}_$architecture.deb
  mv -- "$work/$package" "$out/"
  rm -f -- "$work"/octavo_*.{buildinfo,changes}
}

make_tar() {
  say 'making the archive'
  tar --create --directory "$work" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
    --format=pax --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime \
    --transform="s,^octavo,octavo-$version," octavo |
    zstd -q -f --threads="$(nproc)" -15 -o "$out/octavo-$version-linux-$(uname -m).tar.zst"
}

mkdir -p "$work" "$out"
make_bundle
for format in "${formats[@]}"; do
  "make_$format"
done
say "the packages lie in $out"
