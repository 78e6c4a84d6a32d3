# What the CUDA backend consists of: compiled by nvcc in a build with CUDA, and as C++ for the executor of the tests.
set(LINDEN_CUDA_KERNELS
  probe.cu
  explain/against_background.cu explain/contributions.cu explain/interactions.cu
  linear/evaluate.cu linear/hessian.cu linear/product.cu linear/scores.cu
  tensor/arg_reduce.cu tensor/binary.cu tensor/cholesky.cu tensor/copy.cu tensor/cumulative_sum.cu tensor/fused.cu tensor/gather.cu
  tensor/matmul.cu tensor/random.cu tensor/reduce.cu tensor/scatter_add.cu tensor/solve_triangular.cu tensor/sort.cu
  tensor/step.cu tensor/unary.cu tensor/where.cu
  tree/split/admit.cu tree/split/exchange.cu tree/histogram/histogram.cu tree/leaf_sums.cu tree/partition.cu tree/select.cu
  tree/histogram/sparse_histogram.cu tree/split/sparse_split.cu tree/split/split.cu tree/split/split_planes.cu tree/histogram/subtract.cu
  tree/leaf_moments.cu tree/split/wide_split.cu tree/order_leaves.cu tree/split/level_split.cu
  tree/rows/add_trees.cu tree/rows/bin.cu tree/rows/gradients.cu tree/rows/group_gradients.cu tree/rows/magnitudes.cu tree/rows/predict.cu tree/rows/program_rows.cu
  tree/rows/quantise.cu tree/rows/renew.cu tree/rows/row_weights.cu tree/rows/sample.cu tree/rows/sketch.cu
  tree/rows/update.cu tree/rows/survival_gradients.cu)
set(LINDEN_CUDA_HOST
  backend.cpp memory.cpp
  comms/nccl.cpp comms/nccl_comms.cpp
  explain/table.cpp
  linear/table.cpp
  runtime/cublas.cpp runtime/pool.cpp runtime/progress.cpp runtime/staging.cpp runtime/stream.cpp
  tensor/table.cpp
  tree/table.cpp)
list(TRANSFORM LINDEN_CUDA_KERNELS PREPEND ${PROJECT_SOURCE_DIR}/src/cuda/)
list(TRANSFORM LINDEN_CUDA_HOST PREPEND ${PROJECT_SOURCE_DIR}/src/cuda/)
# What uses NVIDIA's own libraries: not on the executor, which has twins of them (tests/simt/*_twin.cpp).
set(LINDEN_CUDA_LIBRARIES ${PROJECT_SOURCE_DIR}/src/cuda/comms/nccl_library.cpp
                          ${PROJECT_SOURCE_DIR}/src/cuda/runtime/cublas_library.cpp)
set(LINDEN_CUDA_CUB ${PROJECT_SOURCE_DIR}/src/cuda/runtime/radix_sort.cu ${PROJECT_SOURCE_DIR}/src/cuda/runtime/selection.cu)
