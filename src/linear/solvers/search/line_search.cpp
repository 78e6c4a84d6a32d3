#include "linear/solvers/search/line_search.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace linden {

bool SearchRule::move(double length, std::span<double> to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = from_.parameters()[i] + length * direction_[i];
  return true;
}

Searched search(Point& point, SearchRule& rule) {
  std::vector<double> to(point.parameters().size());
  std::optional<Point> trial;
  double length = 1;
  for (int k = 0; k < rule.most_trials(); ++k) {
    if (!rule.move(length, to)) return {};
    const bool stays = to == point.parameters();
    if (!stays && !(trial && trial->parameters() == to)) {
      trial.reset();  // its memory is that of the next one
      trial.emplace(point.objective().evaluate(to));
    }
    const double tried = length;
    const Verdict verdict = rule.judge(stays ? point : *trial, length);
    if (verdict == Verdict::take && !stays) point = *std::move(trial);
    if (verdict != Verdict::again) return {verdict, verdict == Verdict::take ? tried : 0};
  }
  return {Verdict::again, 0};
}

}  // namespace linden
