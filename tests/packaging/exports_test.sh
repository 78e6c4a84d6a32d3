#!/usr/bin/env bash
# The shared library shows names of namespace linden and nothing else. Usage: exports_test.sh NM LIBRARY
set -euo pipefail
nm=$1 library=$2
symbols=$("$nm" -D -C --defined-only "$library" | cut -d ' ' -f 3-)
foreign=$(grep -vE '^((typeinfo|typeinfo name|vtable|VTT) for )?linden::' <<<"$symbols" || true)
if [ -n "$foreign" ]; then
  printf 'Foreign names in %s:\n%s\n' "${library##*/}" "$foreign"
  exit 1
fi
for wanted in 'linden::version()' 'typeinfo for linden::ArgumentError'; do
  if ! grep -qxF "$wanted" <<<"$symbols"; then
    echo "$wanted is not visible in ${library##*/}"
    exit 1
  fi
done
