#!/usr/bin/env bash
# The public headers show no dependency of Linden, and each compiles alone without a warning.
# Usage: headers_test.sh COMPILER INCLUDE_FOLDER
set -euo pipefail
compiler=$1 include=$2
status=0

if grep -rniE 'eigen|\bfmt\b|nlohmann|CLI11|zlib|zstd' "$include" ||
  grep -rnE '# *include *[<"](cuda|cu[a-z]*|nv[a-z]*|thrust|cub|cooperative_groups)[_./]|\bcuda[A-Z]|\bCU[a-z]|cublas|__(global|device|host|shared)__|__CUDA' "$include"; then
  echo "A public header names a dependency, see the lines above."
  status=1
fi
strict=(-std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror -fsyntax-only -x c++)
for header in "$include"/linden/*.hpp; do
  name=linden/${header##*/}
  if ! printf '#include <%s>\n#include <%s>\n' "$name" "$name" | "$compiler" "${strict[@]}" -I "$include" -; then
    echo "$name does not compile alone."
    status=1
  fi
done
exit $status
