#!/usr/bin/env bash
# Fetches the documents that `packaging/dev corpus` reads: the sources of four packages of Debian, and five of its
# books, which tests/tools/benchmarks asks about, too. Called as: corpus.sh FOLDER. Needs no root: apt works with a configuration
# and lists of its own.
set -euo pipefail

folder=$1
root=$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")
packages=(qpdf pypdf pdfminer python-docx)
books=(developers-reference debian-policy debian-reference-ja maint-guide-ja developers-reference-ja)

say() { printf 'Octavo: %s\n' "$*" >&2; }
fail() {
  say "$1 The last lines of $folder/log:"
  tail -n 8 -- "$folder/log" >&2
  exit 1
}

[[ ! -e $folder/five-books ]] || exit 0
say "fetching Debian's sources of ${packages[*]}, and ${books[*]}, into $folder: about 70 MB, once"
mkdir -p -- "$folder"/apt/{lists,cache/archives}/partial "$folder"/{apt/parts,fetched,unpacked}
folder=$(realpath -- "$folder")
: >"$folder/log"
# The system's own sources, with the source packages that they have.
for file in /etc/apt/sources.list.d/*.sources; do
  [[ ! -e $file ]] || sed 's/^Types:.*/Types: deb deb-src/' "$file" >"$folder/apt/parts/${file##*/}"
done
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [[ ! -e $file ]] || sed -n 's/^deb \(.*\)/deb \1\ndeb-src \1/p' "$file" >"$folder/apt/parts/${file##*/}.list"
done
apt=(
  apt-get -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$folder/apt/parts"
  -o "Dir::State::Lists=$folder/apt/lists" -o "Dir::Cache=$folder/apt/cache" -o "APT::Sandbox::User=$(id -un)"
)
cd -- "$folder/fetched"
"${apt[@]}" update >>"$folder/log" 2>&1 || true  # a source without source packages is an error to apt
"${apt[@]}" download "${books[@]}" >>"$folder/log" 2>&1 || fail "apt could not fetch ${books[*]}."
for package in "${packages[@]}"; do
  # A mirror may lack a part of a package, such as its patches: what matters here is in the first archive.
  "${apt[@]}" source --download-only "$package" >>"$folder/log" 2>&1 || true
  compgen -G "${package}_*.orig.tar.*z*" >/dev/null || say "the mirror does not have $package"
done
if ! compgen -G 'python-docx_*.orig.tar.*' >/dev/null; then
  say 'fetching python-docx from PyPI instead'
  uv=$(type -P uv || echo "$root/.tools/uv/bin/uv")
  "$uv" tool run -q pip download -q --no-deps --no-binary python-docx python-docx==1.1.2 >>"$folder/log" 2>&1 ||
    fail 'pip could not fetch python-docx.'
fi
for package in "${packages[@]}"; do
  mkdir -p -- "$folder/unpacked/$package"
  for archive in "${package}"_*.orig.tar.*z* "${package//-/_}"-*.tar.gz; do
    if [[ -e $archive && $archive != *.asc ]]; then
      tar -xf "$archive" -C "$folder/unpacked/$package"
    fi
  done
done
for book in "${books[@]}"; do
  dpkg-deb -x "$book"_*.deb "$folder/unpacked/$book"
done
touch -- "$folder/five-books"
