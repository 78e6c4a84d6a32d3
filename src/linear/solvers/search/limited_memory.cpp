// The two-loop recursion of Nocedal (1980). The diagonal is scaled by s.y / y.Dy of the last pair.
#include "linear/solvers/search/limited_memory.hpp"

#include <cmath>
#include <utility>

#include "linear/objective/inner_product.hpp"

namespace linden {
namespace {

constexpr std::size_t most_pairs = 15;
constexpr double least_bend = 1e-14;  // s.y relative to |s| |y|

// Over the parameters that move: the others are left out by a factor of 0.
double dot_where(std::span<const double> a, std::span<const double> b, std::span<const std::uint8_t> moves) {
  if (moves.empty()) return inner_product(a, b);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (moves[i] != 0) sum += a[i] * b[i];
  return sum;
}

}  // namespace

void LimitedMemory::add(std::vector<double> step, std::vector<double> change) {
  const double product = inner_product(step, change);
  if (!(product > least_bend * std::sqrt(inner_product(step, step)) * std::sqrt(inner_product(change, change)))) return;
  if (pairs_.size() == most_pairs) pairs_.erase(pairs_.begin());
  pairs_.push_back({std::move(step), std::move(change), product});
}

std::vector<std::vector<double>> LimitedMemory::state() const {
  std::vector<std::vector<double>> state{diagonal_};
  for (const Pair& pair : pairs_) state.insert(state.end(), {pair.step, pair.change});
  return state;
}

void LimitedMemory::set_state(std::span<const std::vector<double>> state) {
  diagonal_ = state[0];
  pairs_.clear();
  for (std::size_t i = 1; i + 1 < state.size(); i += 2) add(state[i], state[i + 1]);
}

void LimitedMemory::apply(std::span<const double> x, std::span<const std::uint8_t> moves, std::span<double> out) const {
  std::vector<double> q(x.begin(), x.end());
  std::vector<double> products(pairs_.size()), shares(pairs_.size());
  double scale = 1;
  for (std::size_t p = pairs_.size(); p-- > 0;) {
    const auto& [step, change, product] = pairs_[p];
    products[p] = moves.empty() ? product : dot_where(step, change, moves);
    if (!(products[p] > 0.1 * product)) products[p] = 0;  // what is left of the pair says nothing
    if (products[p] == 0) continue;
    shares[p] = dot_where(step, q, moves) / products[p];
    for (std::size_t i = 0; i < q.size(); ++i) q[i] -= shares[p] * change[i];
    if (scale != 1) continue;
    double bend = 0;
    for (std::size_t i = 0; i < q.size(); ++i)
      if (moves.empty() || moves[i] != 0) bend += change[i] * change[i] * diagonal_[i];
    if (bend > 0) scale = products[p] / bend;
  }
  for (std::size_t i = 0; i < q.size(); ++i)
    out[i] = moves.empty() || moves[i] != 0 ? scale * diagonal_[i] * q[i] : 0.0;
  for (std::size_t p = 0; p < pairs_.size(); ++p) {
    if (products[p] == 0) continue;
    const auto& [step, change, product] = pairs_[p];
    const double by = shares[p] - dot_where(change, out, moves) / products[p];
    for (std::size_t i = 0; i < q.size(); ++i) out[i] += by * step[i];
  }
  if (moves.empty()) return;
  for (std::size_t i = 0; i < q.size(); ++i)
    if (moves[i] == 0) out[i] = 0;
}

}  // namespace linden
