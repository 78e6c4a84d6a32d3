#!/usr/bin/env bash
# The shared library shows names of namespace linden and nothing else. Usage: exports_test.sh NM LIBRARY
set -euo pipefail
nm=$1 library=$2
# As the compiler writes them: where a template's return type stands first, a name as people read it would not tell.
symbols=$("$nm" -D --defined-only "$library" | cut -d ' ' -f 3)
foreign=$(grep -vE '^_Z(T[ISVT])?N[KRO]*6linden' <<<"$symbols" || true)
if [ -n "$foreign" ]; then
  printf 'Foreign names in %s:\n%s\n' "${library##*/}" "$(c++filt <<<"$foreign" || echo "$foreign")"
  exit 1
fi
for wanted in 'linden::version()' 'typeinfo for linden::ArgumentError'; do
  if ! "$nm" -D -C --defined-only "$library" | cut -d ' ' -f 3- | grep -xF "$wanted" >/dev/null; then
    echo "$wanted is not visible in ${library##*/}"
    exit 1
  fi
done
