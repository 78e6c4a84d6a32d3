// LINDEN_HD marks arithmetic that the CPU kernels, the CUDA kernels and their tests share.
#pragma once

#ifdef __CUDACC__
#define LINDEN_HD __host__ __device__ inline
#else
#define LINDEN_HD inline
#endif

// Files compiled once per instruction level put everything into a namespace of that level, the shared arithmetic
// included: an inline function compiled for AVX-512 must never be the copy that an older machine runs.
#ifdef LINDEN_LEVEL
#define LINDEN_LEVEL_BEGIN inline namespace LINDEN_LEVEL {
#define LINDEN_LEVEL_END }
#else
#define LINDEN_LEVEL_BEGIN
#define LINDEN_LEVEL_END
#endif
