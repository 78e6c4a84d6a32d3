// The line of a progress bar: how far training is, its metrics with the best of the first, seconds gone and left.
#pragma once

#include <linden/callback.hpp>
#include <optional>
#include <string>

namespace linden {

/// The best value that the first metric has had, and after how many rounds.
class BestMetric {
 public:
  /// To be called after every round; the first begins anew.
  void add(const Round& round);
  /// " (best 0.874 at 97)", or nothing while the last round is the best.
  std::string words(const Round& round) const;

 private:
  std::optional<double> value_;
  int rounds_ = 0;
};

/// "1.2 s", "42 s", "3:05 min", "1:02 h".
std::string duration(double seconds);

/// The line, in fewer than `width` columns so that it does not wrap: where they are few, the bar is shorter or left
/// out, and so are metrics, the last first. The number of rounds and the time stay.
std::string progress_line(const Round& round, const BestMetric& best, int width);

}  // namespace linden
