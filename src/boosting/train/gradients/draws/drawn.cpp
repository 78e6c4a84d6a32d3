#include "boosting/train/gradients/draws/drawn.hpp"

#include "backend/backend.hpp"
#include "backend/tree/growth_rules.hpp"

namespace linden {

std::int64_t sample_size(std::int64_t count, double fraction) { return drawn_count(count, fraction); }

std::vector<std::uint32_t> drawn(std::int64_t count, double fraction, std::uint64_t seed, Draw use, std::uint32_t round,
                                 Workers& workers) {
  std::vector<std::uint32_t> sample(static_cast<std::size_t>(sample_size(count, fraction)));
  Context here{workers};
  backend_of(Device::cpu()).tree.sample(here, {seed, use, round, count, std::ssize(sample), sample.data()});
  return sample;
}

}  // namespace linden
