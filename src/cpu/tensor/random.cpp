// Random tensors, a tile of counters at a time: all words first, then what is made of them, each a loop that
// vectorises.
//
// Every element depends on its own number alone (backend/tensor/random_draws.hpp), so that neither tiles nor threads
// show.
#include "backend/tensor/random_draws.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t tile_counters = 256;
constexpr std::int64_t tiles_of_task = 16;

/// What the counters of one tile give, word by word.
struct Words {
  alignas(64) std::uint32_t of[4][tile_counters];

  void draw(std::uint64_t seed, draws::Stream stream, std::uint64_t first) {
    for (std::int64_t i = 0; i < tile_counters; ++i) {
      const PhiloxCounter drawn = draws::words(seed, stream, first + static_cast<std::uint64_t>(i));
      for (int w = 0; w < 4; ++w) of[w][i] = drawn.word[w];
    }
  }
};

// What `numbers` draws of one counter are made of it: make(words, i, out).
struct WideUniform {
  static constexpr draws::Stream stream = draws::Stream::wide;
  static constexpr std::int64_t numbers = 2;
  static void make(const Words& w, std::int64_t i, double* out) {
    out[0] = draws::wide_uniform(w.of[0][i], w.of[1][i]);
    out[1] = draws::wide_uniform(w.of[2][i], w.of[3][i]);
  }
};
struct NarrowUniform {
  static constexpr draws::Stream stream = draws::Stream::narrow;
  static constexpr std::int64_t numbers = 4;
  static void make(const Words& w, std::int64_t i, float* out) {
    for (int k = 0; k < 4; ++k) out[k] = draws::narrow_uniform(w.of[k][i]);
  }
};
struct Normal {
  static constexpr draws::Stream stream = draws::Stream::normal;
  static constexpr std::int64_t numbers = 2;
  template <class T>
  static void make(const Words& w, std::int64_t i, T* out) {
    const draws::Pair pair = draws::normals(w.of[0][i], w.of[1][i], w.of[2][i], w.of[3][i]);
    out[0] = static_cast<T>(pair.cosine);
    out[1] = static_cast<T>(pair.sine);
  }
};
struct PositiveBits {
  static constexpr draws::Stream stream = draws::Stream::bits;
  static constexpr std::int64_t numbers = 2;
  static void make(const Words& w, std::int64_t i, std::int64_t* out) {
    out[0] = draws::positive_bits(w.of[0][i], w.of[1][i]);
    out[1] = draws::positive_bits(w.of[2][i], w.of[3][i]);
  }
};

template <class Kind, class T>
void fill(Context& context, const RandomTask& task) {
  constexpr std::int64_t tile = tile_counters * Kind::numbers;
  T* const out = static_cast<T*>(task.out);
  // The first counter may give numbers that come before the first one wanted.
  const std::uint64_t first_counter = task.first / Kind::numbers;
  const std::int64_t skipped = static_cast<std::int64_t>(task.first % Kind::numbers);
  const std::int64_t numbers = skipped + task.elements;
  const std::int64_t tiles = (numbers + tile - 1) / tile;
  context.workers.chunks(tiles, tiles_of_task, [&](std::int64_t begin_tile, std::int64_t end_tile, std::int64_t, int) {
    Words words;
    alignas(64) T made[tile];
    for (std::int64_t t = begin_tile; t < end_tile; ++t) {
      words.draw(task.seed, Kind::stream, first_counter + static_cast<std::uint64_t>(t * tile_counters));
      for (std::int64_t i = 0; i < tile_counters; ++i) Kind::make(words, i, made + i * Kind::numbers);
      const std::int64_t from = t == 0 ? skipped : 0;
      const std::int64_t to = numbers - t * tile < tile ? numbers - t * tile : tile;
      __builtin_memcpy(out + t * tile + from - skipped, made + from, static_cast<std::size_t>(to - from) * sizeof(T));
    }
  });
}

}  // namespace

void random(Context& context, const RandomTask& task) {
  if (task.elements == 0) return;
  const bool narrow = task.dtype == DType::f32;
  switch (task.kind) {
    case RandomTask::Kind::uniform:
      return narrow ? fill<NarrowUniform, float>(context, task) : fill<WideUniform, double>(context, task);
    case RandomTask::Kind::normal:
      return narrow ? fill<Normal, float>(context, task) : fill<Normal, double>(context, task);
    case RandomTask::Kind::bits: return fill<PositiveBits, std::int64_t>(context, task);
  }
}

LINDEN_LEVEL_END
}  // namespace linden
