#!/usr/bin/env bash
# Makes the disk image for macOS: build/packages/octavo-VERSION-macos-ARCHITECTURE.dmg. Not tried on macOS yet.
#
# Wanted on the machine: Python 3.13, uv of the version in packaging/uv.txt, the command line tools of Xcode, CMake. What
# it makes is for the architecture that it runs on.
#
# OCTAVO_CODESIGN=IDENTITY signs with that identity of the keychain, else the signature is an ad hoc one, which
# Gatekeeper holds back. OCTAVO_NOTARISE=PROFILE then has Apple notarise the image, with a profile that
# `xcrun notarytool store-credentials` has kept.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)
made=$root/build/macos app=$root/build/macos/dist/Octavo.app
cd -- "$root"
mkdir -p -- "$made" build/packages

# Metal with its shaders inside the library; the processor is not that of this very machine.
quoted="'${root//\'/\'\\\'\'}/packaging/llama.cmake'"
export CMAKE_ARGS="-DGGML_METAL=ON -DGGML_METAL_EMBED_LIBRARY=ON -DGGML_NATIVE=OFF -DCMAKE_OSX_DEPLOYMENT_TARGET=13.3 \
-DCMAKE_PROJECT_llama_cpp_INCLUDE_BEFORE=$quoted"
export UV_PROJECT_ENVIRONMENT=$made/venv
uv sync --locked --no-dev --group package --python 3.13
python=$made/venv/bin/python

# packaging/bundle/octavo.spec makes Octavo.app of the bundle on macOS (PyInstaller's BUNDLE), with this icon.
"$python" -P packaging/desktop/icons.py "$made/icons"
"$python" -P -m PyInstaller --noconfirm --distpath "$made/dist" --workpath "$made/work" packaging/bundle/octavo.spec
"$python" -P "$here/describe.py" "$app" "$made/icons/octavo.icns"
version=$("$python" -P -c 'import app; print(app.__version__)')

# What PyInstaller signed ad hoc is signed anew, from the inside out, since Info.plist has changed.
identity=${OCTAVO_CODESIGN:--}
sign=(codesign --force --options runtime --entitlements "$here/entitlements.plist" --sign "$identity")
if [[ $identity == - ]]; then
  sign+=(--timestamp=none)
else
  sign+=(--timestamp)
fi
while IFS= read -r -d '' file; do
  if file -b -- "$file" | grep -q Mach-O; then
    "${sign[@]}" "$file"
  fi
done < <(find "$app/Contents" -type f -print0)
"${sign[@]}" "$app"
codesign --verify --strict --deep "$app"

image=$root/build/packages/octavo-$version-macos-$(uname -m).dmg
stage=$(mktemp -d)
trap 'rm -rf -- "$stage"' EXIT
cp -R -- "$app" "$stage/"
ln -s /Applications "$stage/Applications"
hdiutil create -volname Octavo -srcfolder "$stage" -fs HFS+ -format ULFO -ov "$image"
if [[ $identity != - ]]; then
  codesign --timestamp --sign "$identity" "$image"
fi
if [[ -n ${OCTAVO_NOTARISE:-} ]]; then
  xcrun notarytool submit "$image" --keychain-profile "$OCTAVO_NOTARISE" --wait
  xcrun stapler staple "$image"
fi
printf 'Octavo: %s\n' "$image"
