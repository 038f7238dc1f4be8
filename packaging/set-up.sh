#!/usr/bin/env bash
# Installs what is missing for `base`, `test`, `slow`, `card`, `bench`, `screens`, `journey`, `fortress`, `corpus`,
# `trial`, `package`, `cuda`, `cuda12` or `vulkan`: system packages, uv, and the locked Python environment; for `package`
# a second one without what only development needs, whose llama.cpp runs on any processor; for `cuda`, `cuda12` and
# `vulkan` one each, with a llama.cpp of which the add-on takes its library, and the compiler of CUDA 13 or 12.
# Called by packaging/dev as: set-up.sh NEED STATE, where STATE is written to the stamp when all is done. STATE ends
# with `cuda=` and the path of CUDA's compiler, if llama.cpp is to be built with it, or why not (find_cuda in packaging/dev).
set -euo pipefail

need=$1 state=$2
root=$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")
tools=$root/.tools venv=$root/.venv
[[ $need != package ]] || venv=$root/build/package/environment
[[ $need != cuda* && $need != vulkan ]] || venv=$root/build/package/$need
cuda=${state##*cuda=}
# The cards that an add-on has code for: A100 and, as their kind runs it too, RTX 30, RTX 40 and L40S (8.x); H100 and H200
# (9.0); later ones translate the portable code of 9.0 when they first run it. CUDA 12.4 knows no later ones, nor does its
# cuBLAS, and drivers before 550 would not translate its portable code (app/engine/llama/nvidia.py has the drivers).
case $need in
  cuda) cards='80-real;90-real;90-virtual' major=13 ;;
  cuda12) cards='80-real;90-real' major=12 ;;
esac
stamp=$tools/ready-$need log=$tools/set-up.log
ticker=''

say() { printf 'Octavo: %s\n' "$*" >&2; }
fail() {
  say "$@"
  exit 1
}
has() { [[ -n $(PATH=$PATH:/usr/sbin:/sbin type -P "$1") ]]; }

# What is looked for, and the package of Debian and Ubuntu that brings it. The libraries are those that the modules and
# platform plugins of PySide6-Essentials link to and do not carry themselves. Without `needed` things nothing can be set up.
requirements() {
  cat <<'TABLE'
python   Python_3.11+_with_venv   python3-venv
needed   c++                      g++
command  bwrap                    bubblewrap
library  libseccomp.so.2          libseccomp2
library  libglib-2.0.so.0         libglib2.0-0
library  libzstd.so.1             libzstd1
library  libbrotlidec.so.1        libbrotli1
library  libgssapi_krb5.so.2      libgssapi-krb5-2
library  libdbus-1.so.3           libdbus-1-3
library  libfontconfig.so.1       libfontconfig1
library  libfreetype.so.6         libfreetype6
library  libEGL.so.1              libegl1
library  libGL.so.1               libgl1
library  libxkbcommon.so.0        libxkbcommon0
library  libwayland-client.so.0   libwayland-client0
library  libwayland-cursor.so.0   libwayland-cursor0
library  libwayland-egl.so.1      libwayland-egl1
library  libX11.so.6              libx11-6
library  libX11-xcb.so.1          libx11-xcb1
library  libxcb.so.1              libxcb1
library  libxcb-cursor.so.0       libxcb-cursor0
library  libxcb-glx.so.0          libxcb-glx0
library  libxcb-icccm.so.4        libxcb-icccm4
library  libxcb-image.so.0        libxcb-image0
library  libxcb-keysyms.so.1      libxcb-keysyms1
library  libxcb-randr.so.0        libxcb-randr0
library  libxcb-render.so.0       libxcb-render0
library  libxcb-render-util.so.0  libxcb-render-util0
library  libxcb-shape.so.0        libxcb-shape0
library  libxcb-shm.so.0          libxcb-shm0
library  libxcb-sync.so.1         libxcb-sync1
library  libxcb-util.so.1         libxcb-util1
library  libxcb-xfixes.so.0       libxcb-xfixes0
library  libxcb-xkb.so.1          libxcb-xkb1
library  libxkbcommon-x11.so.0    libxkbcommon-x11-0
TABLE
  case $need in
    test | slow)
      echo 'command strace strace' && echo 'font Japanese_font fonts-ipafont-gothic'
      [[ $need != slow ]] || cat <<'TABLE'
command  Xvfb                     xvfb
command  dbus-daemon              dbus-daemon
service  org.a11y.Bus             at-spi2-core
TABLE
      ;;
    bench) echo 'command pdftotext poppler-utils' && echo 'font Japanese_font fonts-ipafont-gothic' ;;
    screens) echo 'command Xvfb xvfb' && echo 'font Japanese_font fonts-ipafont-gothic' ;;
    journey | fortress)
      [[ $need != fortress ]] || cat <<'TABLE'
command  strace                   strace
command  localedef                locales
TABLE
      cat <<'TABLE'
command  Xvfb                     xvfb
command  openbox                  openbox
command  xdotool                  xdotool
font     Japanese_font            fonts-ipafont-gothic
TABLE
      ;;
    trial)
      cat <<'TABLE'
command  debootstrap              debootstrap
command  Xvfb                     xvfb
command  xdotool                  xdotool
command  qemu-x86_64              qemu-user
TABLE
      ;;
    card) echo 'driver Vulkan_driver mesa-vulkan-drivers' ;;
    vulkan)
      cat <<'TABLE'
command  glslc                    glslc
header   vulkan/vulkan.h          libvulkan-dev
header   spirv/unified1/spirv.hpp spirv-headers
library  libvulkan.so.1           libvulkan1
TABLE
      ;;
    package | cuda | cuda12)
      [[ $need != cuda12 ]] || echo 'host C++_compiler_of_version_13_or_older g++-13'
      cat <<'TABLE'
library  libpython3.13.so.1.0     libpython3.13
command  dpkg-shlibdeps           dpkg-dev
command  dh                       debhelper
command  zstd                     zstd
command  xz                       xz-utils
TABLE
      ;;
    corpus)
      cat <<'TABLE'
command  pandoc                   pandoc
command  soffice                  libreoffice-writer-nogui
command  pdftotext                poppler-utils
command  xz                       xz-utils
keyring  Debian's_keys            debian-archive-keyring
font     Japanese_font            fonts-ipafont-gothic
TABLE
      ;;
  esac
}

# The Python that the installers are built with, if it is there; else any that is new enough.
find_python() {
  local name path
  for name in python3.13 python3 python3.14 python3.12 python3.11; do
    while read -r path; do
      if "$path" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        printf '%s\n' "$path"
        return
      fi
    done < <(type -aP "$name")
  done
  return 1
}

# The C++ compiler to which CUDA 12.4's hands all that does not run on a card; it refuses GCC from 14 on.
find_host_compiler() {
  local name version
  for name in c++ g++-13 g++-12; do
    version=$("$name" -dumpversion 2>/dev/null) || continue
    if ((${version%%.*} <= 13)); then
      type -P "$name"
      return
    fi
  done
  return 1
}

has_japanese_font() {
  compgen -G '/usr/share/fonts/*/*/ipag.*' >/dev/null || { has fc-list && [[ -n $(fc-list :lang=ja) ]]; }
}

# Prints the rows of the table that this machine does not meet.
missing() {
  local kind name package libraries
  libraries=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null || true)
  while read -r kind name package; do
    case $kind in
      python) find_python >/dev/null ;;
      needed | command) has "$name" ;;
      host) find_host_compiler >/dev/null ;;
      library) [[ $libraries == *"$name ("* ]] ;;
      header) [[ -e /usr/include/$name ]] ;;
      driver) compgen -G '/usr/share/vulkan/icd.d/*.json' >/dev/null ;;
      font) has_japanese_font ;;
      service) [[ -e /usr/share/dbus-1/services/$name.service ]] ;;
      keyring) compgen -G '/usr/share/keyrings/debian-archive-keyring.*' >/dev/null ;;
    esac || printf '%s %s %s\n' "$kind" "${name//_/ }" "$package"
  done < <(requirements)
}

# Shows the minutes that pass while a long step is silent; only to a person at a terminal.
start_ticker() {
  if [[ -t 2 ]]; then
    (SECONDS=0 && while sleep 1; do printf '\r  %d:%02d ' $((SECONDS / 60)) $((SECONDS % 60)) >&2; done) 9>&- &
    ticker=$!
  fi
}
stop_ticker() {
  if [[ -n $ticker ]]; then
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    ticker=''
    printf '\r\e[K' >&2
  fi
}

# Runs one long command whose output goes to the log; the log's last lines are shown if it fails.
step() {
  local status=0
  printf '\n$ %s\n' "$*" >>"$log"
  start_ticker
  "$@" >>"$log" 2>&1 9>&- || status=$?
  stop_ticker
  return "$status"
}
give_up() {
  say "$1 The last lines of $log:"
  tail -n 15 -- "$log" >&2
  exit 1
}

install_packages() {
  local -a as_root=(env DEBIAN_FRONTEND=noninteractive) apt=(apt-get -y -o DPkg::Lock::Timeout=600)
  say "installing system packages: $*"
  if ((EUID != 0)); then
    as_root=(sudo "${as_root[@]}")
    if ! has sudo || ! { sudo -n true 2>/dev/null || { [[ -t 2 ]] && sudo -v; }; }; then
      fail "that needs an administrator. Run this as one, then start again: apt-get install $*"
    fi
  fi
  local -a install=("${as_root[@]}" "${apt[@]}" --no-install-recommends install "$@")
  if ! step "${install[@]}"; then
    step "${as_root[@]}" "${apt[@]}" update || give_up 'apt could not fetch its list of packages.'
    step "${install[@]}" || give_up 'apt could not install the system packages.'
  fi
}

prepare_system() {
  local rows
  rows=$(missing)
  if [[ -n $rows ]] && has apt-get && has dpkg; then
    # shellcheck disable=SC2046  # one word for each package
    install_packages $(awk '{ print $NF }' <<<"$rows")
    rows=$(missing)
  fi
  if [[ -n $rows ]]; then
    say 'this machine lacks the following; please install it (in brackets: the package of Debian and Ubuntu):'
    sed -E 's/^[a-z]+ (.*) ([^ ]+)$/  \1 (\2)/' <<<"$rows" >&2
    if grep -qE '^(python|needed) ' <<<"$rows"; then
      exit 1
    fi
    say 'going on without.'
  fi
}

# A uv of the version in uv.txt or newer: the one on PATH, else one of our own.
find_uv() {
  local wanted own=$tools/uv/bin/uv
  wanted=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' "$root/packaging/uv.txt")
  if has uv && printf '%s\n' "$wanted" "$(uv --version | cut -d ' ' -f 2)" | sort -CV; then
    type -P uv
    return
  fi
  if ! [[ -x $own && $("$own" --version) == "uv $wanted"* ]]; then
    say "fetching uv $wanted, which installs the Python packages"
    rm -rf -- "$tools/uv"
    step "$(find_python)" -m venv "$tools/uv" || give_up 'A virtual environment for uv could not be made.'
    step "$tools/uv/bin/python" -m pip install --require-hashes --no-deps --only-binary :all: -r "$root/packaging/uv.txt" ||
      give_up 'uv could not be fetched from PyPI.'
  fi
  printf '%s\n' "$own"
}

# Compilers of llama.cpp want about a gigabyte each.
count_jobs() {
  local cores free
  cores=$(nproc)
  free=$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
  free=$((free < 1 ? 1 : free))
  echo $((cores < free ? cores : free))
}

prepare_python() {
  local jobs
  local -a choice=()
  jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-$(count_jobs)}
  # Scripts in an environment name its folder: one that was moved is made anew, as is one whose Python has gone.
  if [[ -e $venv/octavo-folder && $(<"$venv/octavo-folder") != "$root" ]]; then
    rm -rf -- "$venv"
  fi
  if ! "$venv/bin/python" -c '' 2>/dev/null; then
    choice=(--python "$(find_python)")
  fi
  if [[ $need == package ]]; then
    # A library for each kind of processor, of which the program takes the best that runs (app/engine/llama/llama_loader.py).
    local setting
    for setting in GGML_NATIVE=OFF GGML_BACKEND_DL=ON GGML_CPU_ALL_VARIANTS=ON; do
      choice+=(--config-settings-package "llama-cpp-python:cmake.define.$setting")
    done
    choice+=(--no-dev --group package)
  elif [[ $need == cuda* || $need == vulkan ]]; then
    "prepare_${need%12}" "$jobs" "${choice[@]}"
    return
  elif [[ -n $cuda ]]; then
    # A setting of the package, so that what was built without CUDA is not taken for it.
    choice+=(--config-settings-package "llama-cpp-python:cmake.define.GGML_CUDA=ON"
      --config-settings-package "llama-cpp-python:cmake.define.CMAKE_CUDA_COMPILER=$cuda")
    if ! compgen -G "$venv/lib/python*/site-packages/llama_cpp/lib/libggml-cuda*" >/dev/null; then
      choice+=(--reinstall-package llama-cpp-python)
      say 'building llama.cpp for the NVIDIA card: about 30 CPU-minutes, once'
    fi
  elif compgen -G "$venv/lib/python*/site-packages/llama_cpp/lib/libggml-cuda*" >/dev/null; then
    choice+=(--reinstall-package llama-cpp-python)
  fi
  if compgen -G "$venv/lib/python*/site-packages/llama_cpp_python-*" >/dev/null; then
    say 'bringing the Python packages up to date'
  else
    local minutes=6 machine='this machine'
    [[ $need != package ]] || minutes=12 machine='all processors'
    say "installing the Python packages and compiling llama.cpp for $machine: about $((minutes / jobs + 1)) minutes, once"
  fi
  sync_packages "$jobs" --compile-bytecode "${choice[@]}"
}

# Makes the environment what the lock file says: sync_packages JOBS [OPTIONS OF uv sync]...
sync_packages() {
  local jobs=$1 quoted="'${root//\'/\'\\\'\'}/packaging/llama.cmake'"
  shift
  step env -u VIRTUAL_ENV UV_PROJECT_ENVIRONMENT="$venv" UV_PYTHON_DOWNLOADS=never CMAKE_BUILD_PARALLEL_LEVEL="$jobs" \
    CMAKE_ARGS="${CMAKE_ARGS-} -DCMAKE_PROJECT_llama_cpp_INCLUDE_BEFORE=$quoted" \
    "$uv" sync --project "$root" --locked "$@" || give_up 'The Python packages could not be installed.'
  printf '%s\n' "$root" >"$venv/octavo-folder"
}

# First CUDA's compiler, then with it llama.cpp. uv checks the sources of both, and keeps what it built for the next time.
prepare_cuda() {
  local jobs=$1 site toolkit host name
  local -a choice=(--only-group "$need")
  [[ $(uname -sm) == 'Linux x86_64' ]] || fail 'add-ons for NVIDIA cards can only be built on Linux with an x86_64 processor.'
  if ! compgen -G "$venv/lib/python*/site-packages/llama_cpp/lib/libggml-cuda.so" >/dev/null; then
    say "fetching the compiler of CUDA $major (500 MB) and building llama.cpp for NVIDIA cards: about $((65 / jobs + 1)) minutes, once"
  fi
  sync_packages "$jobs" "${choice[@]}" "${@:2}" --no-install-package llama-cpp-python
  site=$(echo "$venv"/lib/python*/site-packages) toolkit=$site/nvidia/cu$major
  if [[ $need == cuda12 ]]; then
    host=$(find_host_compiler) || fail 'CUDA 12 needs a C++ compiler of version 13 or older. Install g++-13 and start again.'
    choice+=(--config-settings-package "llama-cpp-python:cmake.define.CMAKE_CUDA_HOST_COMPILER=$host")
    step "$venv/bin/python" "$root/packaging/cuda/toolkit.py" "$site" "$root/build/package/debian" ||
      give_up "CUDA 12's compiler could not be had."
  fi
  # The wheels hold no links, and other folders than the compiler's own settings name.
  ln -sfn lib "$toolkit/lib64"
  for name in cublas cublasLt; do
    ln -sf "lib$name.so.$major" "$toolkit/lib/lib$name.so"
  done
  # What is linked to the driver needs a library of its name, here a hollow one. All functions are found in the driver
  # itself; one has to be here, as some linkers drop a library from which nothing is taken.
  mkdir -p -- "$toolkit/lib/stubs"
  c++ -shared -Wl,-soname,libcuda.so.1 -x c++ -o "$toolkit/lib/stubs/libcuda.so" - <<<'extern "C" int cuDeviceGet() { return 1; }' ||
    fail 'the C++ compiler (g++) could not make a library.'
  sync_add_on "$jobs" GGML_CUDA=ON GGML_CUDA_NCCL=OFF \
    "CMAKE_CUDA_ARCHITECTURES=$cards" "CMAKE_CUDA_COMPILER=$toolkit/bin/nvcc" \
    "CUDA_CUDART=$toolkit/lib/libcudart_static.a" "CUDA_cudart_LIBRARY=$toolkit/lib/libcudart_static.a" -- "${choice[@]}"
}

# llama.cpp with Vulkan's shaders, which the system's glslc compiles. The loader of Vulkan stays the system's.
prepare_vulkan() {
  local jobs=$1
  if ! compgen -G "$venv/lib/python*/site-packages/llama_cpp/lib/libggml-vulkan.so" >/dev/null; then
    say "building llama.cpp for cards with Vulkan: about $((26 / jobs + 1)) minutes, once"
  fi
  sync_add_on "$jobs" GGML_VULKAN=ON -- --only-group vulkan "${@:2}"
}

# Builds llama.cpp as for the bundle, but for a card alone: sync_add_on JOBS [SETTING]... -- [OPTIONS OF uv sync]...
sync_add_on() {
  local jobs=$1 setting
  local -a given=(GGML_NATIVE=OFF GGML_BACKEND_DL=ON GGML_CPU=OFF LLAVA_BUILD=OFF) choice=()
  shift
  while [[ $1 != -- ]]; do
    given+=("$1")
    shift
  done
  for setting in "${given[@]}"; do
    choice+=(--config-settings-package "llama-cpp-python:cmake.define.$setting")
  done
  sync_packages "$jobs" "${@:2}" "${choice[@]}" --config-settings-package "llama-cpp-python:build-dir=$root/build/package/$need-objects"
}

mkdir -p -- "$tools"
trap stop_ticker EXIT
# Two set-ups at once take turns; the second then finds everything done.
exec 9>"$tools/lock"
if has flock && ! flock -n 9; then
  say 'another set-up is at work in this folder; waiting for it'
  flock 9
fi
if ! [[ -e $stamp && $(<"$stamp") == "$state" && -x $venv/bin/python ]]; then
  : >"$log"
  if [[ $cuda == 'no cuBLAS, '* ]]; then
    say "${cuda#*, } is there, but not cuBLAS (cublas_v2.h, libcublas.so), which belongs to it: going on without the card."
    cuda=''
  fi
  prepare_system
  uv=$(find_uv)
  prepare_python
  printf '%s\n' "$state" >"$stamp.new"
  mv -- "$stamp.new" "$stamp"
  say 'ready'
fi
