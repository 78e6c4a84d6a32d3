#!/usr/bin/env bash
# Linden from nothing: makes a bare Debian 12 in a temporary folder, clones the last commit into it and runs the two
# commands there. Needs root, debootstrap and git, about 2 GB of disk, and this machine's apt sources.
#
#     tests/packaging/fresh_debian.sh                     # ./dev demo, then ./dev test
#     tests/packaging/fresh_debian.sh './dev setup test'  # any other commands
#
# FRESH_DEBIAN_KEEP=1 leaves the folder there.
set -euo pipefail
suite=bookworm
project=$(cd "$(dirname "$0")/../.." && pwd)

fail() { echo "fresh_debian.sh: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail "needs root, for debootstrap and chroot."
for tool in debootstrap git apt-get unshare; do
  command -v "$tool" >/dev/null || fail "needs $tool. Hint: apt-get install debootstrap git apt util-linux."
done
# In a mount namespace of its own, so that no mount can outlive this script.
if [ -z "${FRESH_DEBIAN_INSIDE:-}" ]; then
  FRESH_DEBIAN_INSIDE=1 exec unshare --mount --propagation private "$0" "$@"
fi

# This machine's sources that serve Debian, whatever stands beside them, as lines "URI release component".
sources() {
  # shellcheck disable=SC2016  # apt fills these in
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' 'Created-By: Packages' |
    awk -v suite="$suite" '$4 == "Debian" && ($2 == suite || index($2, suite "-") == 1) { print $1, $2, $3 }' | sort -u
}
found=$(sources)
if [ -z "$found" ]; then
  apt-get update -q
  found=$(sources)
fi
mirror=$(awk -v suite="$suite" '$2 == suite && $3 == "main" { print $1; exit }' <<<"$found")
[ -n "$mirror" ] || fail "no apt source of this machine serves Debian $suite, main."

# debootstrap downloads by itself: it does not know the proxies that apt is told of.
apt_proxy=
eval "$(apt-config shell apt_proxy Acquire::http::Proxy)"
if [ -n "$apt_proxy" ] && [ -z "${http_proxy:-}" ]; then export http_proxy=$apt_proxy; fi

root=$(mktemp -d -t fresh_debian.XXXXXX)
chmod 755 "$root"  # apt downloads as a user of its own
clean_up() {  # called by trap
  umount -R "$root/dev" 2>/dev/null || true
  umount "$root/proc" 2>/dev/null || true
  if [ -n "${FRESH_DEBIAN_KEEP:-}" ]; then
    echo "left in place: $root"
  else
    rm -rf --one-file-system "$root"
  fi
}
trap clean_up EXIT

stage() {  # stage COMMAND...
  local from=$SECONDS
  printf '\n#### %s\n' "$*"
  "$@"
  printf '#### %s: %d s\n' "$*" $((SECONDS - from))
}

stage debootstrap --variant=minbase --include=git,ca-certificates "$suite" "$root" "$mirror"
awk '{ print "deb", $1, $2, $3 }' <<<"$found" >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(https?::|Check-)' >"$root/etc/apt/apt.conf.d/99host" || true
cp /etc/resolv.conf /etc/hosts "$root/etc/"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
stage git clone --quiet --no-hardlinks "$project" "$root/root/linden"

inside() {
  env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin ${http_proxy:+"http_proxy=$http_proxy"} \
    ${https_proxy:+"https_proxy=$https_proxy"} chroot "$root" bash -c "cd /root/linden && $1" </dev/null
}
if [ $# = 0 ]; then set -- './dev demo' './dev test'; fi
for command in "$@"; do stage inside "$command"; done
printf '\n#### all of it: %d s\n' "$SECONDS"
