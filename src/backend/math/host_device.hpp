// LINDEN_HD marks arithmetic that the CPU kernels, the CUDA kernels and their tests share.
#pragma once

#ifdef __CUDACC__
#define LINDEN_HD __host__ __device__ inline
#else
#define LINDEN_HD inline
#endif

// LINDEN_HD_LONG marks the long functions among it: on the CPU they must come into the loops that are to be vectorised;
// on a GPU, where a call costs little beside them, copies would take registers from all else in a kernel.
#ifdef __CUDA_ARCH__
#define LINDEN_HD_LONG __host__ __device__ __noinline__ inline
#else
#define LINDEN_HD_LONG [[gnu::always_inline]] LINDEN_HD
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
