#!/usr/bin/env bash
# Everything that needs a GPU: builds Linden with CUDA, runs the device tests with skips as failures, compute-sanitizer
# and the GPU benchmarks, and writes one JSON file and one page of tables. No network is used.
#
#     tools/check_gpu.sh [STAGE...]        stages, all by default: deps build tests multi sanitizer training kernels
#                                          tensors linear report
#
# Each stage has a time limit and all of them together one of nine minutes; a stage that fails does not stop the next.
# A stage asked for alone uses what earlier runs have built. Ends with one verdict a stage, non-zero if any failed.
#
#     LINDEN_GPU_BUILD=build/gpu      where to build
#     OUT=build/gpu-results           where report.json, report.md and log.txt go
#     LINDEN_GPU_ARCHITECTURES=90     for which GPUs; by default those of this machine
#     LINDEN_GPU_FILTER=...           the tests that compute-sanitizer runs (a filter of GoogleTest)
set -euo pipefail
cd "$(dirname "$0")/.."
top=$PWD
begin=$SECONDS
whole=535 # seconds

build=${LINDEN_GPU_BUILD:-$top/build/gpu}
results=${OUT:-$top/build/gpu-results}
parts=$build/parts
export DEPS=$build/deps
mkdir -p "$build" "$results" "$parts"
jobs=$(nproc)

# stage -> seconds
declare -A limit=([deps]=15 [build]=195 [tests]=60 [multi]=25 [sanitizer]=75 [training]=70 [kernels]=40 [tensors]=30 [linear]=35 [report]=15)
all_stages=(deps build tests multi sanitizer training kernels tensors linear report)

# Packages lie beside the build and never in the system. Without them the system's own are used.
use_deps() {
  [[ -d $DEPS/usr ]] || return 0
  export CMAKE_PREFIX_PATH=$DEPS/usr${CMAKE_PREFIX_PATH:+:$CMAKE_PREFIX_PATH}
  export LD_LIBRARY_PATH=$DEPS/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
}

stage_deps() {
  local deb found=0
  for deb in .gpu/debs/*.deb; do
    [[ -e $deb ]] || continue
    dpkg -x "$deb" "$DEPS"
    found=$((found + 1))
  done
  if ((found == 0)); then
    echo "no packages in .gpu/debs: the system's are used"
  else
    echo "$found packages unpacked to $DEPS"
  fi
}

architectures() {
  if [[ -n ${LINDEN_GPU_ARCHITECTURES:-} ]]; then
    echo "$LINDEN_GPU_ARCHITECTURES"
  else
    nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -n 1 | tr -d . | grep -E '^[0-9]+$' || echo 90
  fi
}

bench_programs=(linden_gpu_training linden_gpu_kernels linden_gpu_tensors linden_gpu_linear)

stage_build() {
  local generator=() tests
  command -v ninja >/dev/null && generator=(-G Ninja)
  cmake -S "$top" -B "$build" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release -DLINDEN_CUDA=ON \
    -DCMAKE_CUDA_ARCHITECTURES="$(architectures)" -DLINDEN_TESTS=ON -DLINDEN_EXECUTOR=OFF -DLINDEN_BENCH=ON -DLINDEN_READABLE_PTX=OFF -DLINDEN_EXAMPLES=OFF \
    -DLINDEN_PROGRAM=OFF -DLINDEN_INSTALL=OFF
  # The benchmarks first: the later stages can do without tests.
  cmake --build "$build" -j "$jobs" --target "${bench_programs[@]}"
  mapfile -t tests < <(cmake --build "$build" --target help | grep -oE '\btest_[a-z_]+_gpu\b' | sort -u)
  if ((${#tests[@]} == 0)); then
    echo "there is no target test_*_gpu"
    return 1
  fi
  echo "test programs: ${tests[*]}"
  cmake --build "$build" -j "$jobs" --target "${tests[@]}"
}

stage_tests() {
  LINDEN_GPU_REQUIRED=1 ctest --test-dir "$build" -L gpu -LE shared --no-tests=error --output-on-failure \
    --timeout 60 -j "$((jobs < 8 ? jobs : 8))"
}

# What several GPUs of a node must show: the CPU's bytes, sums by NCCL and, where it is not to be had, through the host,
# and ends together. With fewer than two there is nothing to check, which is said.
stage_multi() {
  local gpus
  gpus=$(nvidia-smi --list-gpus 2>/dev/null | grep -c '^GPU' || true)
  if ((gpus < 2)); then
    echo "skipped: this machine has $gpus GPUs, and two are wanted"
    return 0
  fi
  ldconfig -p | grep -q 'libnccl\.so\.2' || [[ ${LD_LIBRARY_PATH:-} == *nccl* ]] ||
    echo "NCCL is not on the library path: sums go through the host, unless a test says otherwise"
  LINDEN_GPU_REQUIRED=1 ctest --test-dir "$build" -L multi --no-tests=error --output-on-failure --timeout 60
}

# Small tests of every kind of kernel; the four tools run side by side.
sanitized=(
  Bin.DenseColumnsOfAllKinds 'CudaQuantise.*' 'CudaLeafSums.*' CudaGradients.OfEveryLoss CudaRenew.HasTheBytesOfTheCpu
  DeviceFit.LogisticLossGivesTheBytesOfTheCpu DeviceFit.SoftmaxLossGivesTheBytesOfTheCpu DeviceFit.EveryWidthOfRows
  DeviceFit.RareClassesTakeTwentyFourBits DeviceFit.ManyCategories Predict.SeveralOutputs
  CudaReduce.FoldsRows CudaReduce.FoldsColumns CudaReduce.JoinsChunks CudaArgReduce.SearchesLines CudaSort.LongLines
  CudaCumulativeSum.LongAxesOfWholeNumbers CudaGather.AlongRows CudaScatterAdd.ShortLines CudaCopy.TransposesInTiles
  CudaCholesky.FactorsPositiveDefiniteMatrices CudaSolveTriangular.SolvesForEveryStorageOrder
  CudaMatmul.MultipliesMatrixAndVector CudaStep.AdamIsTheCpusBytes
)

sanitize() { # sanitize TOOL FILTER: true if the tests ran and the tool has nothing to say
  local program
  while read -r program; do
    LINDEN_GPU_REQUIRED=1 compute-sanitizer --tool "$1" --error-exitcode 9 --print-limit 20 "$program" \
      --gtest_filter="$2" || return 1
  done < <(find "$build" -maxdepth 4 -type f -name 'test_*_gpu' -perm -u+x | sort)
}

stage_sanitizer() {
  local filter tool failed=0
  local -A running=()
  filter=${LINDEN_GPU_FILTER:-$(IFS=:; echo "${sanitized[*]}")}
  command -v compute-sanitizer >/dev/null || {
    echo "compute-sanitizer is not installed"
    return 1
  }
  for tool in memcheck racecheck initcheck synccheck; do
    sanitize "$tool" "$filter" >"$build/$tool.txt" 2>&1 &
    running[$tool]=$!
  done
  for tool in "${!running[@]}"; do
    if wait "${running[$tool]}" && grep -q 'PASSED.* [1-9]' "$build/$tool.txt"; then
      echo "$tool: clean; $(grep -c '^\[       OK' "$build/$tool.txt") tests"
    else
      failed=1
      echo "$tool: errors, or no tests"
      tail -n 60 "$build/$tool.txt"
    fi
  done
  return "$failed"
}

program() { # program NAME PART ARGUMENT...: runs a benchmark, whose JSON becomes a part of the report
  "$build/bench/linden_gpu_$1" "${@:3}" --json "$parts/$2.json"
}

stage_training() {
  local failed=0
  rm -f "$parts"/training-*.json
  program training training-1m 1000000 28 500 8 256 || failed=1
  program training training-10m 10000000 28 500 8 256 || failed=1
  program training training-wide 400000 2000 100 8 256 || failed=1
  program training training-leaf-wise 1000000 28 500 8 256 --growth leaf_wise || failed=1
  return "$failed"
}

stage_kernels() {
  local failed=0
  rm -f "$parts"/kernels-*.json
  program kernels kernels-10m 10000000 28 256 || failed=1
  program kernels kernels-1m 1000000 28 256 || failed=1
  program kernels kernels-wide 400000 2000 256 --trees 5 || failed=1
  return "$failed"
}

stage_tensors() {
  local failed=0
  rm -f "$parts"/tensors-*.json
  program tensors tensors-linden || failed=1
  if python3 -c 'import torch' 2>/dev/null; then
    python3 bench/gpu/torch_gpu.py --json "$parts/tensors-torch.json" || failed=1
  else
    echo "no PyTorch: figures stand alone"
  fi
  return "$failed"
}

# PyTorch gets the same rows by a file, which is no part of the report.
linear() { # linear PART ROWS FEATURES OPTION...: options are PyTorch's
  local rows=$build/linear-rows.bin failed=0
  program linear "linear-$1-linden" "$2" "$3" --rows-file "$rows" || failed=1
  if ((failed == 0)) && python3 -c 'import torch' 2>/dev/null; then
    python3 bench/gpu/torch_linear.py "$rows" "$2" "$3" "${@:4}" --json "$parts/linear-$1-torch.json" || failed=1
  fi
  rm -f "$rows"
  return "$failed"
}

stage_linear() {
  local failed=0
  rm -f "$parts"/linear-*.json
  linear 10m 10000000 28 || failed=1
  linear wide 300000 2000 --lbfgs || failed=1
  return "$failed"
}

stage_report() {
  local commit
  commit=${LINDEN_COMMIT:-$(git rev-parse --short HEAD 2>/dev/null || echo unknown)}
  python3 bench/gpu/report.py "$parts" "$results" --commit "$commit"
}

# A stage runs in a shell of its own, which a time limit can end with all that it has started.
if [[ ${1:-} == --one ]]; then
  [[ $2 == deps ]] || use_deps
  case $2 in
    deps) stage_deps ;;
    build) stage_build ;;
    tests) stage_tests ;;
    multi) stage_multi ;;
    sanitizer) stage_sanitizer ;;
    training) stage_training ;;
    kernels) stage_kernels ;;
    tensors) stage_tensors ;;
    linear) stage_linear ;;
    report) stage_report ;;
  esac
  exit
fi

stages=("$@")
((${#stages[@]} > 0)) || stages=("${all_stages[@]}")
for stage in "${stages[@]}"; do
  [[ -n ${limit[$stage]:-} ]] || { echo "unknown stage $stage; stages: ${all_stages[*]}" >&2; exit 2; }
done

verdicts=()
lines=()
failed=0
: >"$results/log.txt"
for stage in "${stages[@]}"; do
  from=$SECONDS
  seconds=${limit[$stage]}
  left=$((whole - (SECONDS - begin)))
  [[ $stage == report ]] || left=$((left - limit[report]))
  ((seconds <= left)) || seconds=$left
  printf '\n#### %s (at most %d s)\n' "$stage" "$((seconds > 0 ? seconds : 0))" | tee -a "$results/log.txt"
  (IFS=,; printf '[%s]\n' "${verdicts[*]}") >"$parts/verdicts.json"
  status=0
  if ((seconds > 0)); then
    timeout --kill-after=5 "$seconds" bash "$top/tools/check_gpu.sh" --one "$stage" 2>&1 | tee -a "$results/log.txt" || status=$?
  else
    status=124
  fi
  case $status in
    0) verdict=passed ;;
    124 | 137) verdict="FAILED: out of time" ;;
    *) verdict="FAILED ($status)" ;;
  esac
  ((status == 0)) || failed=1
  verdicts+=("{\"stage\": \"$stage\", \"seconds\": $((SECONDS - from)), \"verdict\": \"$verdict\"}")
  lines+=("$(printf '%-10s %4d s  %s' "$stage" "$((SECONDS - from))" "$verdict")")
done

printf '\n#### verdicts\n' | tee -a "$results/log.txt"
printf '%s\n' "${lines[@]}" | tee -a "$results/log.txt"
echo "results: $results" | tee -a "$results/log.txt"
exit "$failed"
