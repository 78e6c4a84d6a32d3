#include "boosting/bins/category_bins.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <queue>

#include "backend/tree/tree_math.hpp"

namespace linden {
namespace {

using Sums = RowSlopes::Sums;

// The categories of a column, as one output sees them.
struct Evidence {
  const RowSlopes* slopes = nullptr;
  std::span<const Sums> sums;  // one a code
  double trusted_rows = std::numeric_limits<double>::infinity();
  double row_curvature = 1;  // the mean

  double mean(int code) const { return slopes->gradient(sums[code]) / slopes->curvature(sums[code]); }
  bool is_trusted(int code) const {
    const double curvature = slopes->curvature(sums[code]);
    return curvature > 0 && curvature >= trusted_rows * row_curvature;
  }
};

// From how many rows on a category's mean is the better guess, noise / spread: the analysis of variance of gradient /
// curvature between and within categories, a row's weight its curvature. Infinite where nothing is known of the noise,
// or the means differ by no more than it explains.
double even_rows(const RowSlopes& slopes, std::span<const Sums> sums) {
  Sums all;
  double between = 0, squared_curvature = 0, categories = 0;
  for (const Sums& s : sums) {
    all.gradient += s.gradient;
    all.curvature += s.curvature;
    all.square += s.square;
    all.rows += s.rows;
    all.curved_rows += s.curved_rows;
    const double gradient = slopes.gradient(s), curvature = slopes.curvature(s);
    if (!(curvature > 0)) continue;
    between += gradient * gradient / curvature;
    squared_curvature += curvature * curvature;
    ++categories;
  }
  const double none = std::numeric_limits<double>::infinity(), curvature = slopes.curvature(all);
  const double within_freedom = static_cast<double>(all.curved_rows) - categories;
  if (!(within_freedom > 0) || categories < 2) return none;
  const double noise = std::max(slopes.square(all) - between, 0.0) / within_freedom;
  const double total = slopes.gradient(all) * slopes.gradient(all) / curvature;
  const double spread = (between - total - (categories - 1) * noise) / (curvature - squared_curvature / curvature);
  return spread > 0 ? noise / spread * static_cast<double>(all.rows) / curvature : none;
}

// Of the output that the categories tell most of. `sums`: of each output.
Evidence evidence_of(std::span<const RowSlopes> slopes, const std::vector<std::vector<Sums>>& sums) {
  Evidence best;
  for (std::size_t k = 0; k < slopes.size(); ++k) {
    Evidence one{&slopes[k], sums[k]};
    one.trusted_rows = trusted_category_rows * even_rows(slopes[k], one.sums);
    Sums all;
    for (const Sums& s : one.sums) all.curvature += s.curvature, all.rows += s.rows;
    if (all.rows > 0) one.row_curvature = slopes[k].curvature(all) / static_cast<double>(all.rows);
    if (best.slopes == nullptr || one.trusted_rows < best.trusted_rows) best = one;
  }
  return best;
}

// A run of categories in the order of their means; runs are linked, so that two neighbours become one in no time.
struct Run {
  double gradient, curvature;
  std::int64_t rows;
  int first, last;  // positions in the order
  int before, after;
  int stamp = 0;  // of the last offer to merge it with the one after it
};

// Merges neighbours, always the two whose merging gains least to keep apart, until there are `count` runs.
std::vector<Run> merged(std::vector<Run> runs, std::size_t count) {
  struct Pair {
    double loss;
    int left, stamp;
    bool operator>(const Pair& other) const { return loss != other.loss ? loss > other.loss : left > other.left; }
  };
  std::priority_queue<Pair, std::vector<Pair>, std::greater<>> pairs;
  int stamp = 0;
  const auto offer = [&](int left) {
    if (left < 0 || runs[left].after < 0) return;
    Run& a = runs[left];
    const Run& b = runs[a.after];
    a.stamp = ++stamp;
    const double apart = a.gradient / a.curvature - b.gradient / b.curvature;
    pairs.push({a.curvature * b.curvature / (a.curvature + b.curvature) * apart * apart, left, stamp});
  };
  for (std::size_t i = 0; i + 1 < runs.size(); ++i) offer(static_cast<int>(i));
  std::vector<bool> gone(runs.size());
  for (std::size_t left = runs.size(); left > count;) {
    const Pair least = pairs.top();
    pairs.pop();
    Run& a = runs[least.left];
    if (gone[least.left] || a.after < 0 || a.stamp != least.stamp) continue;
    const Run& b = runs[a.after];
    gone[a.after] = true;
    a.gradient += b.gradient;
    a.curvature += b.curvature;
    a.rows += b.rows;
    a.last = b.last;
    a.after = b.after;
    if (a.after >= 0) runs[a.after].before = least.left;
    offer(least.left);
    offer(a.before);
    --left;
  }
  std::vector<Run> kept;
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (!gone[i]) kept.push_back(runs[i]);
  return kept;
}

// Bins for trusted categories that are more than that: neighbours by their means share one.
void share_bins(const Evidence& evidence, std::vector<int> codes, std::size_t bins, Cuts& cuts) {
  std::ranges::stable_sort(codes, {}, [&](int code) { return evidence.mean(code); });
  std::vector<Run> runs;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const Sums& s = evidence.sums[codes[i]];
    const auto at = static_cast<int>(i);
    runs.push_back({evidence.slopes->gradient(s), evidence.slopes->curvature(s), s.rows, at, at, at - 1,
                    i + 1 < codes.size() ? at + 1 : -1});
  }
  runs = merged(std::move(runs), bins);
  std::ranges::stable_sort(runs, std::ranges::greater(), &Run::rows);  // the most frequent first
  for (std::size_t bin = 0; bin < runs.size(); ++bin)
    for (int i = runs[bin].first; i <= runs[bin].last; ++i) cuts.bin_of[codes[i]] = static_cast<std::uint8_t>(bin);
}

}  // namespace

RowSlopes::RowSlopes(std::span<const float> gradients, std::span<const float> curvatures, const Ranks& ranks)
    : gradients_(gradients), curvatures_(curvatures) {
  double gradient = 0, curvature = 0, square = 0;
  for (std::size_t row = 0; row < gradients.size(); ++row) {
    const double g = gradients[row], h = curvatures[row];
    gradient = std::max(gradient, std::abs(g));
    curvature = std::max(curvature, h);
    if (h > 0) square = std::max(square, g * g / h);
  }
  const std::int64_t rows = ranks.sum(std::ssize(gradients));
  gradient_unit_ = sum_unit(ranks.max(gradient), rows);
  curvature_unit_ = sum_unit(ranks.max(curvature), rows);
  square_unit_ = sum_unit(ranks.max(square), rows);
}

void RowSlopes::add(std::size_t row, Sums& sums) const {
  const double g = gradients_[row], h = curvatures_[row];
  ++sums.rows;
  sums.gradient += std::llrint(g / gradient_unit_);
  if (!(h > 0)) return;
  ++sums.curved_rows;
  sums.curvature += std::llrint(h / curvature_unit_);
  sums.square += std::llrint(g * g / h / square_unit_);
}

CategoryCounts::CategoryCounts(std::int32_t categories, std::span<const RowSlopes> slopes)
    : slopes_(slopes), sums_(slopes.size(), std::vector<Sums>(static_cast<std::size_t>(categories))) {}

void CategoryCounts::add(const ColumnView& column, std::int64_t rows, std::int64_t first) {
  const auto* const code = static_cast<const std::int32_t*>(column.values);
  for (std::size_t k = 0; k < slopes_.size(); ++k)
    for (std::int64_t i = 0; i < rows; ++i)
      if (const std::int32_t c = code[i * column.stride]; c >= 0)
        slopes_[k].add(static_cast<std::size_t>(first + i), sums_[k][c]);
  for (std::int64_t i = 0; i < rows; ++i) missing_ += code[i * column.stride] < 0;
}

void CategoryCounts::add_ranks(const Ranks& ranks) {
  std::vector<std::int64_t> all{missing_};
  for (const std::vector<Sums>& sums : sums_)
    for (const Sums& s : sums) all.insert(all.end(), {s.gradient, s.curvature, s.square, s.rows, s.curved_rows});
  ranks.sum(std::span(all));
  const std::int64_t* next = all.data();
  missing_ = *next++;
  for (std::vector<Sums>& sums : sums_)
    for (Sums& s : sums) {
      s = {next[0], next[1], next[2], next[3], next[4]};
      next += 5;
    }
}

Cuts CategoryCounts::cuts(int max_bins) const {
  const Evidence evidence = evidence_of(slopes_, sums_);
  const auto codes = static_cast<int>(evidence.sums.size());
  Cuts cuts;
  cuts.categorical = true;
  cuts.trusted_rows = evidence.trusted_rows;
  cuts.has_missing = missing_ > 0;
  const auto rows = [&](int c) { return evidence.sums[c].rows; };
  std::vector<int> order, trusted;  // the most frequent first, equals by code
  for (int c = 0; c < codes; ++c) {
    cuts.seen.push_back(rows(c) > 0);
    if (rows(c) > 0) order.push_back(c);
    if (rows(c) > 0 && evidence.is_trusted(c)) trusted.push_back(c);
  }
  std::ranges::stable_sort(order, std::ranges::greater(), rows);
  const std::size_t bins = std::min(order.size(), static_cast<std::size_t>(max_bins - (cuts.has_missing ? 1 : 0)));
  cuts.bin_of.resize(static_cast<std::size_t>(codes));
  for (std::size_t i = 0; i < order.size(); ++i)
    cuts.bin_of[order[i]] = static_cast<std::uint8_t>(std::min(i, bins - 1));
  const std::size_t room = bins - (trusted.size() < order.size() ? 1 : 0);
  if (order.size() > bins && trusted.size() > room) {
    for (const int c : order) cuts.bin_of[c] = static_cast<std::uint8_t>(bins - 1);
    share_bins(evidence, std::move(trusted), room, cuts);
  }
  cuts.first_code.assign(bins, codes);
  for (int c = codes - 1; c >= 0; --c)
    if (cuts.seen[c]) cuts.first_code[cuts.bin_of[c]] = c;
  cuts.bins = static_cast<int>(bins) + (cuts.has_missing ? 1 : 0);
  std::vector<std::int64_t> in_bin(static_cast<std::size_t>(cuts.bins));
  for (const int c : order) in_bin[cuts.bin_of[c]] += rows(c);
  if (cuts.has_missing) in_bin.back() = missing_;
  cuts.one_hot = cuts.bins <= one_against_rest_categories;
  if (cuts.bins > 0) cuts.find_usual_bin(in_bin);
  return cuts;
}

}  // namespace linden
