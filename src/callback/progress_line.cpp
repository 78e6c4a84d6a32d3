#include "callback/progress_line.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/fail.hpp"

namespace linden {

void BestMetric::add(const Round& round) {
  if (round.index == 0) value_.reset();
  if (round.metrics.empty() || std::isnan(round.metrics[0].value)) return;
  const MetricValue& metric = round.metrics[0];
  if (value_ && !(metric.higher_is_better ? metric.value > *value_ : metric.value < *value_)) return;
  value_ = metric.value;
  rounds_ = round.index + 1;
}

std::string BestMetric::words(const Round& round) const {
  if (!value_ || rounds_ == round.index + 1) return "";
  return fmt::format(" (best {:.5g} at {})", *value_, rounds_);
}

std::string duration(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::min(seconds, 1e9));
  if (whole < 100) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole / 60 % 60);
}

std::string progress_line(const Round& round, const BestMetric& best, int width) {
  constexpr int longest_bar = 24, shortest_bar = 8;
  const int done = round.index + 1;
  const std::string head = fmt::format("{}/{}", done, round.rounds);
  std::string tail = "  " + duration(round.seconds);
  if (done < round.rounds) tail += fmt::format(", {} left", duration(round.seconds / done * (round.rounds - done)));
  int room = width - 1 - static_cast<int>(head.size() + tail.size());
  std::string metrics;
  for (std::size_t i = 0; i < round.metrics.size(); ++i) {
    const std::string plain = fmt::format(" {} {:.5g}", round.metrics[i].name, round.metrics[i].value);
    const std::string with_best = i == 0 ? plain + best.words(round) : plain;
    const std::string& fits = static_cast<int>(with_best.size()) <= room ? with_best : plain;
    if (static_cast<int>(fits.size()) > room) break;
    metrics += fits;
    room -= static_cast<int>(fits.size());
  }
  const int bar = std::min(longest_bar, room - 3);  // its brackets, and a blank
  if (bar < shortest_bar) return head + metrics + tail;
  const int filled = static_cast<int>(static_cast<long long>(bar) * done / round.rounds);
  return fmt::format("{} [{:=<{}}{:{}}]{}{}", head, "", filled, "", bar - filled, metrics, tail);
}

}  // namespace linden
