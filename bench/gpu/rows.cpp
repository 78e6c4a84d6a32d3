#include "rows.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "base/memory.hpp"
#include "higgs_like.hpp"

namespace linden::bench {
namespace {

constexpr std::int64_t tile_rows = 1024;

std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9u;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Nearly normal with deviation 1: four sixteenths of a word, added up.
float noise(std::uint64_t key) {
  const std::uint64_t bits = mixed(key);
  const auto sum =
      static_cast<std::int32_t>((bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48));
  return static_cast<float>(sum - 2 * 0xffff) * (1.0f / 37837.0f);
}

}  // namespace

Dataset generated_rows(std::uint64_t seed, std::int64_t rows, int features, Workers& workers) {
  const auto count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(features);
  const auto memory = std::make_shared<Memory>(count * sizeof(float));
  float* const columns = memory->as<float>();
  std::vector<double> labels(static_cast<std::size_t>(rows));
  workers.chunks(rows, tile_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    float tile[tile_rows * higgs_features], tile_labels[tile_rows];
    const auto tall = static_cast<std::size_t>(end - begin);
    higgs_like_rows(seed, static_cast<std::uint64_t>(begin), {tile, tall * higgs_features}, {tile_labels, tall});
    std::copy_n(tile_labels, tall, labels.begin() + begin);
    for (int f = 0; f < features; ++f) {
      float* const to = columns + f * rows + begin;
      const int source = f % higgs_features;
      const std::uint64_t key = mixed(seed * 0x9e3779b97f4a7c15u + static_cast<std::uint64_t>(f));
      for (std::size_t i = 0; i < tall; ++i) {
        to[i] = tile[i * higgs_features + static_cast<std::size_t>(source)];
        if (f >= higgs_features) to[i] += noise(key + static_cast<std::uint64_t>(begin) + i);
      }
    }
  });
  RowOptions options;
  options.label = labels;
  options.owner = memory;
  return Dataset::from_columns(std::span<const float>(columns, count), features, options);
}

}  // namespace linden::bench
