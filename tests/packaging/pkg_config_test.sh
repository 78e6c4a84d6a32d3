#!/usr/bin/env bash
# Compiles the consumer with a compiler and pkg-config alone. Usage: pkg_config_test.sh COMPILER PKG_CONFIG PREFIX
set -euo pipefail
compiler=$1 pkg_config=$2 prefix=$3
here=$(cd "$(dirname "$0")" && pwd)

pc=$(find "$prefix" -name linden.pc)
export PKG_CONFIG_PATH=${pc%/*}
library_folder=$("$pkg_config" --variable=libdir linden)
if [ ! "$library_folder" -ef "${PKG_CONFIG_PATH%/*}" ]; then
  echo "linden.pc says libdir=$library_folder, but the library is in ${PKG_CONFIG_PATH%/*}"
  exit 1
fi
read -ra flags <<<"$("$pkg_config" --cflags --libs linden)"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$compiler" -std=c++20 "$here/consumer/main.cpp" -o "$work/consumer" "${flags[@]}"
LD_LIBRARY_PATH=$library_folder "$work/consumer"
