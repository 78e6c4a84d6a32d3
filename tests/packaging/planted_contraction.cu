// Compiled with contraction allowed: tools/check_ptx.py must find every kind of arithmetic here that it refuses.
namespace {

__global__ void contracted(const double* a, double* b) { b[0] = a[0] * a[1] + a[2]; }

__global__ void unrounded(const float* a, float* b) { b[0] = a[0] * a[1]; }

__global__ void approximate(const float* a, float* b) { b[0] = __fdividef(a[0], a[1]); }

__global__ void unordered(const float* a, float* b) { atomicAdd(b, a[threadIdx.x]); }

}  // namespace

void launch_planted(double* a, float* b) {
  contracted<<<1, 1>>>(a, a);
  unrounded<<<1, 1>>>(b, b);
  approximate<<<1, 1>>>(b, b);
  unordered<<<1, 1>>>(b, b);
}
