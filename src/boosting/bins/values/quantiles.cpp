#include "boosting/bins/values/quantiles.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace linden {
namespace {

// A cut c with a <= c < b, half way where that is possible.
double between(double a, double b) {
  const double middle = a / 2 + b / 2;
  return middle >= a && middle < b ? middle : a;
}

double between(const ValueRun& a, const ValueRun& b) { return between(a.last, b.first); }

// What is walked over: runs of which the first is taken away, or divided.
class Runs {
 public:
  Runs(std::vector<ValueRun> runs, const DivideRun& divide) : runs_(std::move(runs)), divide_(divide) {
    std::ranges::reverse(runs_);  // what comes first is at the end
  }
  bool empty() const { return runs_.empty(); }
  const ValueRun& front() const { return runs_.back(); }
  void pop() { runs_.pop_back(); }
  void divide(std::int64_t wanted) {
    const ValueRun run = front();
    pop();
    parts_.clear();
    divide_(run, wanted, parts_);
    runs_.insert(runs_.end(), parts_.rbegin(), parts_.rend());
  }

 private:
  std::vector<ValueRun> runs_, parts_;
  const DivideRun& divide_;
};

// The same of values that are all known.
class Values {
 public:
  explicit Values(std::span<const ValueCount> values) : values_(values) {}
  bool empty() const { return values_.empty(); }
  ValueRun front() const { return {values_.front().value, values_.front().value, values_.front().weight, 0}; }
  void pop() { values_ = values_.subspan(1); }
  void divide(std::int64_t) {}

 private:
  std::span<const ValueCount> values_;
};

template <class Sequence>
Quantiles a_bin_for_each(Sequence runs) {
  Quantiles found;
  for (ValueRun last; !runs.empty(); runs.pop()) {
    if (!found.rows.empty()) found.cuts.push_back(between(last, runs.front()));
    last = runs.front();
    found.rows.push_back(last.rows);
  }
  return found;
}

// Of more values than bins. `giants`: how many of them have rows enough to fill a bin.
template <class Sequence, class FillsABin>
Quantiles shared_bins(Sequence runs, int bins, std::int64_t rows, std::int64_t giants, const FillsABin& fills_a_bin) {
  Quantiles found;
  std::int64_t rows_left = rows;  // in this bin and those after it
  std::int64_t in_bin = 0, bins_left = bins;
  while (bins_left > 1) {
    const ValueRun run = runs.front();
    // A bin is full with its share of the rows left, or before a value that fills one by itself, as long as there are
    // bins for all of those.
    const bool full = (in_bin + run.rows) * bins_left >= rows_left;
    if (full && !run.is_one_value()) {
      runs.divide((rows_left + bins_left - 1) / bins_left - in_bin);
      continue;
    }
    runs.pop();
    if (runs.empty()) break;
    in_bin += run.rows;
    giants -= fills_a_bin(run.rows);
    if (!full && !(fills_a_bin(runs.front().rows) && bins_left > giants)) continue;
    found.cuts.push_back(between(run, runs.front()));
    found.rows.push_back(in_bin);
    rows_left -= in_bin;
    in_bin = 0;
    --bins_left;
  }
  found.rows.push_back(rows_left);
  return found;
}

// Whether so many of all rows fill a bin.
auto filling(int bins, std::int64_t rows) {
  return [=](std::int64_t some) { return some * bins >= rows; };
}

}  // namespace

Quantiles quantiles_of(std::vector<ValueRun> runs, int bins, const DivideRun& divide) {
  std::int64_t rows = 0;
  for (const ValueRun& run : runs) rows += run.rows;
  const auto fills_a_bin = filling(bins, rows);
  // Until there are more runs than bins all of them are divided, and those with room for a value that fills a bin are
  // until none has.
  std::vector<ValueRun> parts;
  for (bool is_done = false; !is_done;) {
    is_done = true;
    const bool few = std::ssize(runs) <= bins;
    for (const ValueRun& run : runs) {
      if (run.is_one_value() || !(few || fills_a_bin(run.rows))) {
        parts.push_back(run);
      } else {
        divide(run, 0, parts);
        is_done = false;
      }
    }
    runs.swap(parts);
    parts.clear();
  }
  const bool few = std::ssize(runs) <= bins;
  const auto giants = std::ranges::count_if(runs, fills_a_bin, &ValueRun::rows);
  Runs all(std::move(runs), divide);
  return few ? a_bin_for_each(std::move(all)) : shared_bins(std::move(all), bins, rows, giants, fills_a_bin);
}

Quantiles quantiles_of(std::span<const ValueCount> values, int bins) {
  if (std::ssize(values) <= bins) return a_bin_for_each(Values(values));
  std::int64_t rows = 0;
  for (const ValueCount& v : values) rows += v.weight;
  const auto fills_a_bin = filling(bins, rows);
  return shared_bins(Values(values), bins, rows, std::ranges::count_if(values, fills_a_bin, &ValueCount::weight),
                     fills_a_bin);
}

namespace {

// Values between two forced cuts.
struct Part {
  std::span<const ValueCount> values;
  std::int64_t weight = 0;
  int bins = 1;
};

// What lies before each of these cuts and after the last. `dividing`: out, the cuts that have values on both sides.
std::vector<Part> parts_between(std::span<const double> forced, std::span<const ValueCount> values,
                                std::vector<double>& dividing) {
  std::vector<Part> parts;
  std::size_t first = 0;
  const auto add = [&](std::size_t last) {
    Part& part = parts.emplace_back(Part{values.subspan(first, last - first)});
    for (const ValueCount& v : part.values) part.weight += v.weight;
    first = last;
  };
  for (const double cut : forced) {
    const auto above = std::ranges::upper_bound(values, cut, {}, &ValueCount::value);
    const auto last = static_cast<std::size_t>(above - values.begin());
    if (last == first || last == values.size()) continue;
    dividing.push_back(cut);
    add(last);
  }
  add(values.size());
  return parts;
}

// Each part has one bin, and no more than it has values. Those that can use the fewest for their weight come first, so
// that what they leave goes to the others.
void share_bins(std::span<Part> parts, int bins) {
  std::vector<Part*> order;
  std::int64_t weight = 0;
  for (Part& part : parts) {
    order.push_back(&part);
    weight += part.weight;
  }
  const auto use = [](const Part* part) {
    return static_cast<double>(part->values.size()) / static_cast<double>(part->weight);
  };
  std::ranges::stable_sort(order, {}, use);
  std::int64_t left = bins, parts_left = std::ssize(parts);
  for (Part* const part : order) {
    const double share = static_cast<double>(part->weight) / static_cast<double>(weight) * static_cast<double>(left);
    const std::int64_t most = std::min<std::int64_t>(std::ssize(part->values), left - (parts_left - 1));
    part->bins = static_cast<int>(std::clamp<std::int64_t>(std::llround(share), 1, most));
    left -= part->bins;
    weight -= part->weight;
    --parts_left;
  }
}

}  // namespace

std::vector<double> cuts_with(std::span<const double> forced, std::span<const ValueCount> values, int bins) {
  std::vector<double> dividing, cuts;
  if (values.empty()) return cuts;
  std::vector<Part> parts = parts_between(forced, values, dividing);
  share_bins(parts, bins);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::vector<double> own = quantiles_of(parts[i].values, parts[i].bins).cuts;
    cuts.insert(cuts.end(), own.begin(), own.end());
    if (i < dividing.size()) cuts.push_back(dividing[i]);
  }
  return cuts;
}

std::vector<std::int64_t> rows_of_bins(std::span<const ValueCount> values, std::span<const double> cuts) {
  std::vector<std::int64_t> rows(values.empty() ? 0 : cuts.size() + 1);
  std::size_t bin = 0;
  for (const ValueCount& v : values) {
    while (bin < cuts.size() && cuts[bin] < v.value) ++bin;
    rows[bin] += v.rows;
  }
  return rows;
}

}  // namespace linden
