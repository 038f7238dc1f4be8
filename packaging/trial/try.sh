#!/usr/bin/env bash
# Tries a package as a person would: installs it with apt on a bare Debian 13, and uses it there as an ordinary user, in
# a network namespace without any interface. Called by packaging/dev as: try.sh DEB [PREVIOUS-DEB]
# What was seen is left in build/trial/seen: pictures of the window, answers of the terminal. Needs root.
set -euo pipefail

root=$(dirname -- "$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")")
work=$root/build/trial
base=$work/base system=$work/system seen=$work/seen home=/home/reader
package=$(realpath -- "$1") previous=${2:+$(realpath -- "$2")}
book=$home/books/lighthouse.epub
old_processor=Nehalem
question='When are visitors welcome?'

say() { printf 'Octavo: %s\n' "$*" >&2; }
fail() {
  say "$@"
  exit 1
}
((EUID == 0)) || fail 'trying a package makes a system in a folder, which needs root.'

# A bare system, once. It reaches the archive of packages as this machine does.
make_base() {
  local mirror
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | head -n 1)
  say 'making a bare Debian 13, once'
  rm -rf --one-file-system -- "$base"
  debootstrap --variant=minbase --include=ca-certificates trixie "$base" "$mirror" >"$work/debootstrap.log" 2>&1 ||
    { tail -n 3 "$work/debootstrap.log" >&2 && fail 'the bare system could not be made.'; }
  rm -f -- "$base/etc/apt/sources.list"
  cp -rL /etc/apt/sources.list* /etc/apt/apt.conf.d "$base/etc/apt/"
  grep -rlZ 'file:' "$base/etc/apt/sources.list.d" | xargs -0 --no-run-if-empty rm --  # archives in this machine's own folders
  cp -L /etc/resolv.conf /etc/hosts "$base/etc/"
  rm -rf -- "$base/etc/ssl/certs"
  cp -rL /etc/ssl/certs "$base/etc/ssl/certs"
  chroot "$base" useradd --create-home --shell /bin/bash reader
  touch "$base.done"
}

# Runs a command inside, as root. With `alone` first, as the ordinary user and without any network; with `old`, on an
# emulated processor as well: programs whose names end in .old run on it, and so do the children that they start.
inside() {
  local line prelude=''
  local -a apart=(unshare --mount --pid --fork --kill-child --propagation private) user=()
  case $1 in
    alone | old)
      apart+=(--net)
      user=(setpriv --reuid 1000 --regid 1000 --init-groups --inh-caps=-all --)
      ;;&
    old)
      # A namespace of users has a list of its own of who runs what.
      apart+=(--user --map-users "0,0,65536" --map-groups "0,0,65536" --setuid 0 --setgid 0)
      prelude='mount -t binfmt_misc none "$system/proc/sys/fs/binfmt_misc"
        echo ":old:E::old::/usr/lib/emulated/run:" >"$system/proc/sys/fs/binfmt_misc/register"'
      ;;&
    alone | old) shift ;;
  esac
  printf -v line '%q ' "${user[@]}" "$@"
  system=$system line=$line home=$home prelude=$prelude "${apart[@]}" bash -euc '
    mount --bind "$system" "$system"
    mount -t proc proc "$system/proc"
    mount --rbind /sys "$system/sys"
    mount --rbind /dev "$system/dev"
    mkdir -p "$system/tmp/.X11-unix"
    mount --bind /tmp/.X11-unix "$system/tmp/.X11-unix"
    eval "$prelude"
    cd "$system"
    mkdir -p .old
    pivot_root . .old
    umount -l .old
    exec chroot / env -i HOME="$home" USER=reader LANG=C.UTF-8 DISPLAY="${DISPLAY-}" PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin \
      sh -c "cd $home && exec $line"'
}

install_package() {
  cp -- "$1" "$system/tmp/"
  inside env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y "/tmp/${1##*/}" >>"$work/apt.log" 2>&1 ||
    { tail -n 20 "$work/apt.log" >&2 && fail "apt could not install ${1##*/}."; }
}

server=''
clean_up() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
}
trap clean_up EXIT

start_display() {
  local number
  [[ -z $server ]] || return 0
  mkdir -p /tmp/.X11-unix
  chmod 1777 /tmp/.X11-unix
  mkfifo "$work/display"
  Xvfb -displayfd 3 -screen 0 1920x1200x24 -nolisten tcp -ac 3>"$work/display" >"$work/xvfb.log" 2>&1 &
  server=$!
  read -r number <"$work/display"
  rm -f -- "$work/display"
  export DISPLAY=:$number
}

look_at_installation() {
  say 'looking at the installation'
  inside alone octavo doctor >"$seen/doctor.txt" || { cat "$seen/doctor.txt" >&2 && fail 'octavo doctor is not content.'; }
}

ask_in_terminal() {
  say 'asking in the terminal'
  inside alone octavo ask --json --document "$book" --export /tmp/answer.docx "$question" >"$seen/terminal.jsonl" ||
    { tail -n 3 "$seen/terminal.jsonl" >&2 && fail 'octavo ask failed.'; }
  echo '{"type": "object", "properties": {"month": {"type": "integer", "maximum": 12}}, "required": ["month"]}' |
    inside alone tee /tmp/schema.json >/dev/null
  inside alone octavo ask --json-schema /tmp/schema.json 'Which month is it?' >"$seen/answer.json" ||
    fail 'octavo ask --json-schema failed.'
  [[ -s $system/tmp/answer.docx ]] || fail 'octavo ask --export wrote no Word document.'
  grep -q '"month"' "$seen/answer.json" || fail 'The answer is not what its schema wants.'
  grep -q '"state":"verified"' "$seen/terminal.jsonl" || fail "the answer has no verified quotation: $seen/terminal.jsonl"
}

# $1: the folder of pictures in build/trial/seen.
ask_in_window() {
  local desk status=0 pictures=$seen/$1 log=$system$home/.local/share/octavo/logs/octavo.log
  say 'asking in the window'
  mkdir -p "$pictures"
  start_display
  [[ ! -e $log ]] || : >"$log"
  inside alone octavo-desk >"$pictures/window.log" 2>&1 &
  desk=$!
  QT_QPA_PLATFORM=xcb "$root/.venv/bin/python" "$root/packaging/trial/person.py" "$book" "$question" "$pictures" "$log" || status=$?
  ((status == 0)) || kill "$desk"
  wait "$desk" || status=$?
  ((status == 0)) || { cat "$pictures/window.log" >&2 && fail 'the window did not do what a person asked of it.'; }
  [[ ! -s $pictures/window.log ]] || { cat "$pictures/window.log" >&2 && fail 'the window complained of something.'; }
  grep 'octavo.ask answer ' "$log" >"$pictures/answered.txt"
  grep -qE ' [1-9][0-9]* verified' "$pictures/answered.txt" ||
    fail "the answer in the window has no verified quotation: $pictures/answered.txt"
}

# The same files on a processor of 2008, which has SSE4.2, and neither AVX nor AVX2.
ask_on_old_processor() {
  local emulated=$system/usr/lib/emulated
  say "asking on an emulated processor: $old_processor; that takes minutes"
  install -D "$(type -P qemu-x86_64)" "$emulated/qemu"
  printf '%s\n' '#include <stdlib.h>' '#include <unistd.h>' 'int main(int n, char **words) {' \
    "setenv(\"QEMU_CPU\", \"$old_processor\", 1);" \
    '(void)n; words[0] = "/usr/lib/emulated/qemu"; execv(words[0], words); return 127; }' |
    cc -static -x c -o "$emulated/run" -
  mv -- "$system/usr/lib/octavo/octavo" "$system/usr/lib/octavo/octavo.old"
  inside old /usr/lib/octavo/octavo.old doctor >"$seen/old-doctor.txt" || true # a file has another name now
  inside old /usr/lib/octavo/octavo.old ask --json --document "$book" "$question" >"$seen/old.jsonl" ||
    { tail -n 3 "$seen/old.jsonl" >&2 && fail 'octavo ask failed on the old processor.'; }
  mv -- "$system/usr/lib/octavo/octavo.old" "$system/usr/lib/octavo/octavo"
  grep -q 'sse42$' "$seen/old-doctor.txt" || fail "llama.cpp does not run as it should on an old processor: $seen/old-doctor.txt"
  grep -q '"state":"verified"' "$seen/old.jsonl" || fail "the answer has no verified quotation: $seen/old.jsonl"
}

# What a person kept is still there; of the program nothing is.
remove_package() {
  local left
  say 'removing the package'
  inside env DEBIAN_FRONTEND=noninteractive apt-get -qq purge -y octavo >>"$work/apt.log" 2>&1 || fail 'apt could not remove it.'
  left=$(find "$system/usr" "$system/etc" "$system/var" -name '*octavo*' -not -path '*/apt/*' -not -path '*/log/*' -not -path "$system/var/lib/dpkg/*-old")
  [[ -z $left ]] || fail "this was left behind: $left"
  [[ -s $system$home/.local/share/octavo/octavo.db ]] || fail 'what the person kept is gone.'
}

mkdir -p "$work"
[[ -e $base.done ]] || make_base
say 'copying the bare system'
rm -rf --one-file-system -- "$system" "$seen"
cp -a --reflink=auto -- "$base" "$system"
mkdir -p "$seen"
: >"$work/apt.log"
inside apt-get -qq update >>"$work/apt.log" 2>&1 || { tail -n 5 "$work/apt.log" >&2 && fail 'apt could not fetch its lists.'; }

install -d "$system${book%/*}"
"$root/.venv/bin/python" "$root/packaging/trial/book.py" "$system$book"
chown -R 1000:1000 "$system$home"

if [[ -n $previous ]]; then
  say "installing ${previous##*/}, the previous package"
  install_package "$previous"
  ask_in_window previous
fi
say "installing ${package##*/}"
install_package "$package"
look_at_installation
ask_in_window window
ask_in_terminal
ask_on_old_processor
remove_package
say "all went well; what was seen is in $seen"
