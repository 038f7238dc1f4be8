#!/usr/bin/env bash
# Puts what an add-on for graphics cards adds into FOLDER, which is laid out as the program's own:
#   stage.sh cuda|cuda12|vulkan SITE_PACKAGES FOLDER
# SITE_PACKAGES is that of the environment with a llama.cpp that was built for such cards (packaging/set-up.sh).
set -euo pipefail

name=$1 packages=$2 folder=$3/_internal/llama_cpp/lib/$1
backend=libggml-${name%12}.so
case $name in
  cuda) libraries=(nvidia/cu13/lib/libcublas{,Lt}.so.13) ;;
  # The runtime is not inside llama.cpp's library: PyPI has no static one of CUDA 12.
  cuda12) libraries=(nvidia/cu12/lib/lib{cublas,cublasLt,cudart}.so.12) ;;
  vulkan) libraries=() ;; # its loader is the system's
esac

fail() {
  printf 'Octavo: %s\n' "$*" >&2
  exit 1
}

rm -rf -- "$3"
install -d -- "$folder"
for library in "llama_cpp/lib/$backend" "${libraries[@]}"; do
  [[ -f $packages/$library ]] || fail "$packages/$library is missing; make it with: packaging/dev build --$name"
  install -m 644 -- "$packages/$library" "$folder/"
done

# llama.cpp's own files are named in its messages, as they lie in its sources and not on the machine that built it.
if grep --text --quiet --fixed-strings /vendor/llama.cpp/ "$folder/$backend"; then
  fail "$backend names folders of this machine; packaging/llama.cmake is to keep them out"
fi

# What the libraries ask for must be here, in the program, in the C and C++ libraries, in the driver, or the loader of
# Vulkan.
known='libggml-base\.so\.[0-9]+|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so\.[0-9]+|ld-linux-x86-64\.so\.2|lib(cuda|vulkan)\.so\.1'
needed=$(for library in "$folder"/*; do readelf --dynamic --wide "$library"; done | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u)
while read -r name; do
  [[ -z $name || -e $folder/$name || $name =~ ^($known)$ ]] || fail "the add-on needs $name, which neither it nor the program has"
done <<<"$needed"
