#include "report/svg/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace linden::reporting {
namespace {

// The least step of 1, 2 or 5 times a power of ten with which [low, high] has `most` multiples or fewer.
double step_of(double low, double high, int most) {
  const double rough = high / most - low / most;  // the difference alone may be too large for a double
  double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (;; power *= 10)
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double step = factor * power;
      if (std::floor(high / step + 1e-9) - std::ceil(low / step - 1e-9) + 1 <= most) return step;
    }
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int most) {
  if (!(low < high)) return {low};
  const double step = step_of(low, high, most);
  if (!std::isfinite(step)) return {low, high};
  std::vector<double> ticks;
  for (double i = std::ceil(low / step - 1e-9); i <= high / step + 1e-9; ++i) ticks.push_back(i == 0 ? 0 : i * step);
  return ticks;
}

std::vector<double> log_ticks(double low, double high, int most) {
  const int first = static_cast<int>(std::ceil(std::log10(low) - 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(high) + 1e-9));
  std::vector<double> ticks;
  if (last - first < 2) {
    for (int e = first - 1; e <= last; ++e)
      for (const double factor : {1.0, 2.0, 5.0})
        if (const double tick = factor * std::pow(10.0, e); tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9))
          ticks.push_back(tick);
    if (ticks.size() >= 2) return ticks;
    return nice_ticks(low, high, most);
  }
  const int each = (last - first) / most + 1;
  for (int e = first; e <= last; e += each) ticks.push_back(std::pow(10.0, e));
  return ticks;
}

std::vector<std::string> tick_texts(const std::vector<double>& ticks) {
  double largest = 0, step = 0;
  for (const double tick : ticks) largest = std::max(largest, std::abs(tick));
  for (std::size_t i = 1; i < ticks.size(); ++i)
    step = step == 0 ? ticks[i] - ticks[i - 1] : std::min(step, ticks[i] - ticks[i - 1]);
  if (step == 0) step = largest;
  const double unit = largest >= 1e9 || (largest > 0 && largest < 1e-4) ? 0
                      : largest >= 1e6                                  ? 1e6
                      : largest >= 1e4                                  ? 1e3
                                                                        : 1;
  std::vector<std::string> texts;
  for (const double tick : ticks) {
    if (tick == 0) {
      texts.emplace_back("0");
    } else if (unit == 0) {
      texts.push_back(fmt::format("{:.3g}", tick));
    } else {
      const double own = ticks.size() > 1 && ticks.back() / std::max(ticks.front(), 1e-300) > 99 && ticks.front() > 0
                             ? std::min(std::abs(tick), step * 1e9)
                             : step;
      const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(own / unit) - 1e-9)), 0, 6);
      texts.push_back(fmt::format("{:.{}f}{}", tick / unit, decimals, unit == 1e6 ? "M" : unit == 1e3 ? "k" : ""));
    }
  }
  return texts;
}

Range nice_range(double low, double high) {
  if (std::isnan(low) || std::isnan(high)) return {};
  constexpr double most = std::numeric_limits<double>::max();
  low = std::clamp(low, -most, most);
  high = std::clamp(high, -most, most);
  if (!(low < high)) {
    const double room = low == 0 ? 1 : std::abs(low) / 2;
    return {std::max(low - room, -most), std::min(low + room, most)};
  }
  const double step = step_of(low, high, 6);
  if (!std::isfinite(step)) return {low, high};
  return {std::clamp(std::floor(low / step + 1e-9) * step, -most, most),
          std::clamp(std::ceil(high / step - 1e-9) * step, -most, most)};
}

Scale::Scale(Range values, double from, double to, bool logarithmic)
    : low_(logarithmic ? std::log10(values.low) : values.low),
      high_(logarithmic ? std::log10(values.high) : values.high),
      from_(from),
      to_(to),
      logarithmic_(logarithmic) {}

double Scale::operator()(double value) const {
  const double at = logarithmic_ ? std::log10(value) : value;
  const double share = high_ > low_ ? (at / 2 - low_ / 2) / (high_ / 2 - low_ / 2) : 0.5;
  return from_ +
         (share > 0 ? std::min(share, 1.0) : 0.0) * (to_ - from_);  // what has no place is where the axis begins
}

}  // namespace linden::reporting
