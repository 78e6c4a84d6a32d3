#include "boosting/train/dropout.hpp"

#include <algorithm>

#include "backend/math/math.hpp"
#include "backend/math/philox.hpp"

namespace linden {
namespace {

/// A round that may be dropped. The first of some exponential waiting times is each one's with the chance that its rate
/// has among all rates: so the rounds that are kept in are never the earliest.
struct Drawable {
  std::size_t round;
  bool is_drawn;
  double waiting;
};

}  // namespace

std::vector<std::size_t> Dropout::drawn(int number, const Ensemble& ensemble) const {
  const auto uniform = [&](std::uint64_t index) {  // in (0, 1)
    const std::uint64_t bits = random_bits(seed_, Draw::drop, static_cast<std::uint32_t>(number), index);
    return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
  };
  const std::size_t rounds = ensemble.size() / trees_a_round_;
  if (rounds == 0 || uniform(0) < mode_.skip_drop) return {};
  const auto weight_of = [&](std::size_t round) {
    return mode_.drop_by == DropBy::weight ? ensemble.weight(round * trees_a_round_) : 1.0;
  };
  double all = 0;
  for (std::size_t round = 0; round < rounds; ++round) all += weight_of(round);
  std::vector<Drawable> all_rounds;
  for (std::size_t round = 0; round < rounds; ++round) {
    const double chance = mode_.drop_rate * weight_of(round) * static_cast<double>(rounds) / all,
                 u = uniform(1 + round);
    all_rounds.push_back({round, u < chance, -math::log(1 - u) / chance});
  }
  std::ranges::stable_sort(all_rounds, {}, &Drawable::waiting);
  const auto most = mode_.max_drop == 0 ? rounds : static_cast<std::size_t>(mode_.max_drop);
  std::vector<std::size_t> dropped;
  for (const Drawable& one : all_rounds)
    if (one.is_drawn && dropped.size() < most) dropped.push_back(one.round);
  if (dropped.empty() && mode_.one_drop) dropped.push_back(all_rounds.front().round);
  std::ranges::sort(dropped);
  return dropped;
}

std::vector<std::size_t> Dropout::trees_of(const std::vector<std::size_t>& rounds) const {
  std::vector<std::size_t> trees;
  for (const std::size_t round : rounds)
    for (std::size_t tree = 0; tree < trees_a_round_; ++tree) trees.push_back(round * trees_a_round_ + tree);
  return trees;
}

void Dropout::before_round(int number, Ensemble& ensemble) {
  if (mode_.kind != Mode::dart) return;
  dropped_ = drawn(number, ensemble);
  size_ = ensemble.size();
  if (!dropped_.empty()) ensemble.drop(trees_of(dropped_));
}

void Dropout::after_round(double learning_rate, Ensemble& ensemble) {
  if (mode_.kind != Mode::dart || dropped_.empty()) return;
  const auto count = static_cast<double>(dropped_.size());
  double grown = 1, dropped = 1;
  switch (mode_.normalization) {
    case Normalization::tree:
      grown = 1 / (count + learning_rate);
      dropped = count / (count + learning_rate);
      break;
    case Normalization::forest: grown = dropped = 1 / (1 + learning_rate); break;
    case Normalization::paper:
      grown = 1 / (count + 1);
      dropped = count / (count + 1);
      break;
  }
  std::vector<std::size_t> fresh;
  for (std::size_t tree = size_; tree < ensemble.size(); ++tree) fresh.push_back(tree);
  ensemble.scale(trees_of(dropped_), dropped);
  ensemble.scale(fresh, grown);
}

}  // namespace linden
