#!/usr/bin/env bash
# Tries a pack for lent machines as far as a machine without a card can: unpacked and run in a root that holds the system's
# programs (/usr) and the pack alone, without any network. Called by packaging/dev as: try.sh [FOLDER]
# The pack, what is built and the results are left in FOLDER (build/gpu/try). Needs bwrap, cmake, g++ and python3.
set -euo pipefail

root=$(dirname -- "$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")")
folder=$(realpath -m -- "${1:-$root/build/gpu/try}")
system=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')

mkdir -p -- "$folder"
[[ -e $folder/pack/pack.json ]] || "$root/.venv/bin/python" "$root/packaging/gpu/pack.py" "$folder/pack" --python "$system"
mount=(--ro-bind /usr /usr --proc /proc --dev /dev --tmpfs /tmp --ro-bind "$folder/pack" /pack --bind "$folder" /try)
for name in bin lib lib64 sbin; do
  mount+=(--symlink "usr/$name" "/$name")
done
for name in ld.so.cache alternatives; do # which library, which compiler
  mount+=(--ro-bind "/etc/$name" "/etc/$name")
done
exec bwrap --unshare-all --die-with-parent --clearenv --setenv PATH /usr/bin --setenv HOME /tmp --setenv LANG C.UTF-8 \
  "${mount[@]}" --chdir / bash /pack/octavo/packaging/dev gpu /pack --work /try/work --cpu --again --minutes "${MINUTES:-60}"
