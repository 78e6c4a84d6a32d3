#!/usr/bin/env bash
# A build without CUDA has no trace of it: no symbol, section or library name. Usage: no_cuda_test.sh NM READELF LIBRARY
set -euo pipefail
nm=$1 readelf=$2 library=$3
[ -f "$library" ] || { echo "$library is not there"; exit 1; }
status=0
seen() {  # seen WHAT: lines on standard input are traces
  if grep . | sort -u | head -n 20; then
    echo "${library##*/} was built without CUDA, but has these $1."
    status=1
  fi
}
seen symbols < <("$nm" -A "$library" 2>/dev/null | grep -oE '\b(cuda[A-Z]|__cuda|cublas|cusolver|cudart|__fatbin|__nv)\w*')
seen sections < <("$readelf" -SW "$library" | grep -oE '\.nv\w*|__nv_\w*')
seen names < <(grep -aoE 'lib(cuda|cublas|cudart|nvidia)[-.a-z0-9]*|nvcc' "$library")
exit $status
