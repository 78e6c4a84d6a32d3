// Random tensors: one thread for each counter, which makes the two or four numbers that it gives.
//
// Every element depends on its own number alone (backend/tensor/random_draws.hpp).
#include "backend/tensor/random_draws.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/strided.hpp"
#include "cuda/tensor/steps.hpp"

namespace linden::cuda {
namespace {

// What `numbers` draws of one counter are made of it.
struct WideUniform {
  static constexpr draws::Stream stream = draws::Stream::wide;
  static constexpr int numbers = 2;
  static __device__ __forceinline__ Group<double, 2> make(const PhiloxCounter& drawn) {
    const std::uint32_t(&w)[4] = drawn.word;
    return {{draws::wide_uniform(w[0], w[1]), draws::wide_uniform(w[2], w[3])}};
  }
};
struct NarrowUniform {
  static constexpr draws::Stream stream = draws::Stream::narrow;
  static constexpr int numbers = 4;
  static __device__ __forceinline__ Group<float, 4> make(const PhiloxCounter& drawn) {
    Group<float, 4> made;
    for (int k = 0; k < 4; ++k) made.values[k] = draws::narrow_uniform(drawn.word[k]);
    return made;
  }
};
template <class T>
struct Normal {
  static constexpr draws::Stream stream = draws::Stream::normal;
  static constexpr int numbers = 2;
  static __device__ __forceinline__ Group<T, 2> make(const PhiloxCounter& drawn) {
    const std::uint32_t(&w)[4] = drawn.word;
    const draws::Pair pair = draws::normals(w[0], w[1], w[2], w[3]);
    return {{static_cast<T>(pair.cosine), static_cast<T>(pair.sine)}};
  }
};
struct PositiveBits {
  static constexpr draws::Stream stream = draws::Stream::bits;
  static constexpr int numbers = 2;
  static __device__ __forceinline__ Group<std::int64_t, 2> make(const PhiloxCounter& drawn) {
    const std::uint32_t(&w)[4] = drawn.word;
    return {{draws::positive_bits(w[0], w[1]), draws::positive_bits(w[2], w[3])}};
  }
};

/// Numbers [skipped, skipped + elements) of those that the counters from `counter` on give. is_packed: none is skipped,
/// and the output is aligned to the numbers of a counter.
template <class Kind, class T>
__global__ void draw(T* out, std::int64_t elements, std::int64_t skipped, std::uint64_t seed, std::uint64_t counter,
                     bool is_packed) {
  constexpr int numbers = Kind::numbers;
  const std::int64_t thread = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const std::int64_t threads = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t first = thread * numbers - skipped; first < elements;
       first += threads * numbers, counter += threads) {
    const Group<T, numbers> made = Kind::make(draws::words(seed, Kind::stream, counter + std::uint64_t(thread)));
    if (is_packed && first + numbers <= elements) {
      store_group(out + first, made);
    } else {
      for (int k = 0; k < numbers; ++k)
        if (first + k >= 0 && first + k < elements) out[first + k] = made.values[k];
    }
  }
}

template <class Kind, class T>
void fill(Context& context, const RandomTask& task) {
  constexpr unsigned block = 256;
  constexpr std::int64_t numbers = Kind::numbers;
  T* const out = static_cast<T*>(task.out);
  // The first counter may give numbers that come before the first one wanted.
  const std::int64_t skipped = static_cast<std::int64_t>(task.first % Kind::numbers);
  const bool is_packed = skipped == 0 && reinterpret_cast<std::uintptr_t>(out) % (numbers * sizeof(T)) == 0;
  const std::int64_t counters = (skipped + task.elements + numbers - 1) / numbers;
  launch<draw<Kind, T>>({.grid = blocks_for(context, counters, block), .block = block, .stream = stream_of(context)},
                        out, task.elements, skipped, task.seed, task.first / Kind::numbers, is_packed);
}

}  // namespace

void random(Context& context, const RandomTask& task) {
  if (task.elements == 0) return;
  const bool narrow = task.dtype == DType::f32;
  switch (task.kind) {
    case RandomTask::Kind::uniform:
      return narrow ? fill<NarrowUniform, float>(context, task) : fill<WideUniform, double>(context, task);
    case RandomTask::Kind::normal:
      return narrow ? fill<Normal<float>, float>(context, task) : fill<Normal<double>, double>(context, task);
    case RandomTask::Kind::bits: return fill<PositiveBits, std::int64_t>(context, task);
  }
}

}  // namespace linden::cuda
