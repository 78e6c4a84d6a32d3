# What the CUDA backend consists of: compiled by nvcc in a build with CUDA, and as C++ for the executor of the tests.
set(LINDEN_CUDA_KERNELS
  bin.cu gradients.cu histogram.cu leaf_sums.cu partition.cu predict.cu program_rows.cu quantise.cu renew.cu select.cu
  sparse_histogram.cu sparse_split.cu split.cu subtract.cu update.cu
  linear_evaluate.cu linear_hessian.cu linear_product.cu linear_scores.cu
  arg_reduce.cu binary.cu cholesky.cu copy.cu cumulative_sum.cu gather.cu matmul.cu random.cu reduce.cu scatter_add.cu
  solve_triangular.cu sort.cu step.cu unary.cu where.cu
  probe.cu)
set(LINDEN_CUDA_HOST
  backend.cpp linear_table.cpp memory.cpp tensor_table.cpp tree_table.cpp runtime/cublas.cpp runtime/pool.cpp
  runtime/progress.cpp runtime/queue.cpp)
list(TRANSFORM LINDEN_CUDA_KERNELS PREPEND ${PROJECT_SOURCE_DIR}/cuda/)
list(TRANSFORM LINDEN_CUDA_HOST PREPEND ${PROJECT_SOURCE_DIR}/cuda/)
# What uses NVIDIA's own libraries: not on the executor, which has twins of them (tests/simt/*_twin.cpp).
set(LINDEN_CUDA_LIBRARIES ${PROJECT_SOURCE_DIR}/cuda/runtime/cublas_library.cpp)
set(LINDEN_CUDA_CUB ${PROJECT_SOURCE_DIR}/cuda/radix_sort.cu)
