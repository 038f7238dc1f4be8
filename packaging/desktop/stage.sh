#!/usr/bin/env bash
# Puts what a desktop and a shell want of Octavo where the Filesystem Hierarchy Standard has it, below DESTDIR/usr/share.
# Called as: stage.sh BUNDLE DESTDIR. BUNDLE is the frozen program that this is for: its version must be that of this
# checkout. PYTHON names the interpreter of an environment with the group `package`; else it is that of the checkout.
# OCTAVO_ID=ID names the program by a domain of whoever passes it on; metainfo.py says what else they may set.
set -euo pipefail

fail() {
  printf 'Octavo: %s\n' "$*" >&2
  exit 1
}
[[ $# -eq 2 ]] || fail 'usage: stage.sh BUNDLE DESTDIR'

here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
root=$(realpath -- "$here/../..")
bundle=$(realpath -- "$1") share=$(realpath -m -- "$2")/usr/share own=alt.octavo.Octavo
id=${OCTAVO_ID:-$own}
python=${PYTHON:-$root/.venv/bin/python}

[[ $id =~ ^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){2,}$ ]] ||
  fail "OCTAVO_ID must be a domain read backwards, and a name, such as org.example.Octavo; it is \"$id\"."

cd -- "$root"
version=$("$python" -P -c 'import app; print(app.__version__)')
frozen=$("$bundle/octavo" --version) || fail "the program of $bundle did not tell its version."
[[ $frozen == "octavo $version" ]] || fail "$bundle is \"$frozen\", and this checkout is octavo $version. Freeze it again."

# What is dated carries the day of the commit, so that the same sources give the same files.
if [[ -z ${SOURCE_DATE_EPOCH:-} ]] && git -C "$root" rev-parse --quiet --verify HEAD >/dev/null 2>&1; then
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
fi
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-0}

umask 022
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
"$python" -P "$here/icons.py" "$scratch/icons"
"$python" -P "$here/manual.py" "$scratch/man"
"$python" -P "$here/completion.py" "$scratch/completion"
"$python" -P "$here/metainfo.py" "$scratch/metainfo.xml"
gzip -9n "$scratch"/man/*.1 "$scratch"/man/ja/*.1
gzip -9nc CHANGELOG.md >"$scratch/changelog.gz"

# Installs file $1 as $2, below the shared folder.
put() { install -D -m 644 -- "$1" "$share/$2"; }

sed "s/${own//./\\.}/$id/g" "$here/$own.desktop" >"$scratch/entry.desktop"
put "$scratch/entry.desktop" "applications/$id.desktop"
put "$here/$own.mime.xml" "mime/packages/$id.xml"
put "$scratch/metainfo.xml" "metainfo/$id.metainfo.xml"
put "$root/resources/icons/octavo.svg" "icons/hicolor/scalable/apps/$id.svg"
for icon in "$scratch"/icons/*.png; do
  side=$(basename -- "$icon" .png)
  put "$icon" "icons/hicolor/${side}x$side/apps/$id.png"
done
for page in octavo octavo-desk; do
  put "$scratch/man/$page.1.gz" "man/man1/$page.1.gz"
  put "$scratch/man/ja/$page.1.gz" "man/ja/man1/$page.1.gz"
  put "$scratch/completion/bash/$page" "bash-completion/completions/$page"
  put "$scratch/completion/zsh/_$page" "zsh/vendor-completions/_$page" # where Debian's zsh looks
  put "$scratch/completion/fish/$page.fish" "fish/vendor_completions.d/$page.fish"
done
put "$scratch/changelog.gz" doc/octavo/changelog.gz
put "$root/README.md" doc/octavo/README.md
