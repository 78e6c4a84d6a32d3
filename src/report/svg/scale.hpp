// Axes: ticks at round numbers, and where a value lies in a figure.
#pragma once

#include <string>
#include <vector>

namespace linden::reporting {

/// Round numbers within [low, high], multiples of 1, 2 or 5 times a power of ten, `most` of them at most (>= 2): as
/// many as that allows. One tick, at low, where low == high.
std::vector<double> nice_ticks(double low, double high, int most);

/// Powers of ten within [low, high], 0 < low; where these are fewer than three, twos and fives, too; of many decades
/// each n-th.
std::vector<double> log_ticks(double low, double high, int most);

/// Ticks as texts, all with the decimals that tell them apart; thousands as 10k, millions as 2M.
std::vector<std::string> tick_texts(const std::vector<double>& ticks);

/// The least interval whose ends are round and which has low and high in it, or the ends of all doubles; [0, 1] for
/// NaN.
struct Range {
  double low = 0, high = 1;
};
Range nice_range(double low, double high);

/// From values to places, linear or logarithmic.
class Scale {
 public:
  Scale() = default;
  Scale(Range values, double from, double to, bool logarithmic = false);
  double operator()(double value) const;

 private:
  double low_ = 0, high_ = 1, from_ = 0, to_ = 1;
  bool logarithmic_ = false;
};

}  // namespace linden::reporting
