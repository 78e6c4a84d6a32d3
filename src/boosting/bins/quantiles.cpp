#include "boosting/bins/quantiles.hpp"

#include <algorithm>

namespace linden {
namespace {

// A cut c with a <= c < b, half way where that is possible.
double between(double a, double b) {
  const double middle = a / 2 + b / 2;
  return middle >= a && middle < b ? middle : a;
}

double between(const ValueRun& a, const ValueRun& b) { return between(a.last, b.first); }

}  // namespace

Quantiles quantiles_of(std::vector<ValueRun> runs, int bins, const DivideRun& divide) {
  std::int64_t rows_left = 0;  // in this bin and those after it
  for (const ValueRun& run : runs) rows_left += run.rows;
  const auto fills_a_bin = [bins, rows = rows_left](const ValueRun& run) { return run.rows * bins >= rows; };
  std::vector<ValueRun> parts;
  // Until there are more runs than bins all of them are divided, and those with room for a value that fills a bin are
  // until none has.
  for (bool is_done = false; !is_done;) {
    is_done = true;
    const bool few = std::ssize(runs) <= bins;
    for (const ValueRun& run : runs) {
      if (run.is_one_value() || !(few || fills_a_bin(run))) {
        parts.push_back(run);
      } else {
        divide(run, parts);
        is_done = false;
      }
    }
    runs.swap(parts);
    parts.clear();
  }

  Quantiles found;
  if (std::ssize(runs) <= bins) {
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (i > 0) found.cuts.push_back(between(runs[i - 1], runs[i]));
      found.rows.push_back(runs[i].rows);
    }
    return found;
  }
  auto giants_left = std::ranges::count_if(runs, fills_a_bin);
  std::int64_t in_bin = 0, bins_left = bins;
  std::ranges::reverse(runs);  // what comes next is at the end
  while (bins_left > 1) {
    const ValueRun run = runs.back();
    runs.pop_back();
    // A bin is full with its share of the rows left, or before a value that fills one by itself, as long as there are
    // bins for all of those.
    const bool full = (in_bin + run.rows) * bins_left >= rows_left;
    if (full && !run.is_one_value()) {
      parts.clear();
      divide(run, parts);
      runs.insert(runs.end(), parts.rbegin(), parts.rend());
      continue;
    }
    if (runs.empty()) break;
    in_bin += run.rows;
    giants_left -= fills_a_bin(run);
    if (!full && !(fills_a_bin(runs.back()) && bins_left > giants_left)) continue;
    found.cuts.push_back(between(run, runs.back()));
    found.rows.push_back(in_bin);
    rows_left -= in_bin;
    in_bin = 0;
    --bins_left;
  }
  found.rows.push_back(rows_left);
  return found;
}

Quantiles quantiles_of(std::span<const ValueCount> values, int bins) {
  std::vector<ValueRun> runs(values.size());
  std::ranges::transform(values, runs.begin(), [](const ValueCount& v) {
    return ValueRun{v.value, v.value, v.rows, 0};
  });
  return quantiles_of(std::move(runs), bins, {});
}

}  // namespace linden
