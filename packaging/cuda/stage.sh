#!/usr/bin/env bash
# Puts what the add-on for NVIDIA cards adds into FOLDER, which is laid out as the program's own: stage.sh SITE_PACKAGES FOLDER
# SITE_PACKAGES is that of the environment with CUDA's compiler and a llama.cpp built with it (packaging/set-up.sh cuda).
set -euo pipefail

packages=$1 folder=$2/_internal/llama_cpp/lib

fail() {
  printf 'Octavo: %s\n' "$*" >&2
  exit 1
}

rm -rf -- "$2"
install -d -- "$folder"
for library in "$packages/llama_cpp/lib/libggml-cuda.so" "$packages"/nvidia/cu13/lib/libcublas{,Lt}.so.13; do
  [[ -f $library ]] || fail "$library is missing; make it with: packaging/dev build --cuda"
  install -m 644 -- "$library" "$folder/"
done

# llama.cpp's own files are named in its messages, as they lie in its sources and not on the machine that built it.
if grep --text --quiet --fixed-strings /vendor/llama.cpp/ "$folder/libggml-cuda.so"; then
  fail 'libggml-cuda.so names folders of this machine; packaging/llama.cmake is to keep them out'
fi

# What the libraries ask for must be here, in the program, in the C and C++ libraries, or in the driver.
known='libggml-base\.so\.[0-9]+|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so\.[0-9]+|ld-linux-x86-64\.so\.2|libcuda\.so\.1'
needed=$(for library in "$folder"/*; do readelf --dynamic --wide "$library"; done | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u)
while read -r name; do
  [[ -z $name || -e $folder/$name || $name =~ ^($known)$ ]] || fail "the add-on needs $name, which neither it nor the program has"
done <<<"$needed"
