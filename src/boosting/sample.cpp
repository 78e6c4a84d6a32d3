#include "boosting/sample.hpp"

#include <algorithm>
#include <cmath>

namespace linden {

// Selection sampling (Knuth, volume 2, 3.4.2, algorithm S): each item is taken with the probability that fills what is
// still wanted from what is still to come.
std::vector<std::uint32_t> draw_sample(std::int64_t count, double fraction, std::uint64_t seed, Draw use,
                                       std::uint32_t round) {
  auto wanted = std::max<std::int64_t>(1, std::llrint(fraction * static_cast<double>(count)));
  std::vector<std::uint32_t> sample;
  sample.reserve(static_cast<std::size_t>(wanted));
  for (std::int64_t i = 0; wanted > 0; ++i) {
    const std::uint64_t bits = random_bits(seed, use, round, static_cast<std::uint64_t>(i)) >> 32;
    // bits / 2^32 < wanted / (count - i), in integers
    if (bits * static_cast<std::uint64_t>(count - i) >= static_cast<std::uint64_t>(wanted) << 32) continue;
    sample.push_back(static_cast<std::uint32_t>(i));
    --wanted;
  }
  return sample;
}

}  // namespace linden
