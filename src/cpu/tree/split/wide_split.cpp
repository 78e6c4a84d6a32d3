// The best split of each new node by a wide feature. The node's rows are summed by bin, a bit for each bin that has
// any, so that neither summing nor searching looks at the others: a small node takes no more time than its rows. Rows
// are counted with the sums. Among equal gains the lowest bin, then missing values on the left, as with other features.
#include <bit>
#include <cstring>

#include "backend/tree/split_math.hpp"
#include "backend/tree/wide_bins.hpp"
#include "cpu/tree/ahead.hpp"
#include "cpu/tree/histogram/four_sums.hpp"
#include "cpu/tree/share.hpp"
#include "cpu/tree/wide_steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr double ns_of_wide_row = 4;
constexpr std::int64_t ahead = 16;  // rows whose bins are fetched before their turn
static_assert(sizeof(WideBinSums) == sizeof(FourSums));

// The sums of one node, bin by bin: gradients, curvatures, rows and, of no use, zeros.
class FilledBins {
 public:
  FilledBins(FourSums* sums, std::uint64_t* filled, int bins) : sums_(sums), filled_(filled), bins_(bins) {}
  FilledBins(const FilledBins&) = delete;
  FilledBins& operator=(const FilledBins&) = delete;
  /// Leaves zeros behind.
  ~FilledBins() {
    each([&](int bin, const FourSums&) { sums_[bin] = FourSums{}; });
    std::memset(filled_, 0, static_cast<std::size_t>(bins_ + 63) / 64 * sizeof *filled_);
  }

  template <class Integer>
  void add(const Entry<Integer>* entry, const Entry<Integer>* end, const std::uint16_t* column) {
    for (; entry < end; ++entry) {
      __builtin_prefetch(column + ahead_of(entry, end, ahead)->row);
      const int bin = column[entry->row];
      sums_[bin] += FourSums{entry->gradient, entry->curvature, 1, 0};
      mark(bin);
    }
  }
  /// A bin that is looked at whether it has rows or not.
  void mark(int bin) { filled_[bin >> 6] |= std::uint64_t{1} << (bin & 63); }
  const FourSums& operator[](int bin) const { return sums_[bin]; }

  /// Calls f(bin, sums) for bins with rows, ascending.
  template <class F>
  void each(const F& f) const {
    for (int first = 0; first < bins_; first += 64)
      for (std::uint64_t rest = filled_[first >> 6]; rest != 0; rest &= rest - 1) {
        const int bin = first + std::countr_zero(rest);
        f(bin, sums_[bin]);
      }
  }

 private:
  FourSums* sums_;
  std::uint64_t* filled_;
  int bins_;
};

// The cut that is tried where cuts are random, or -1.
int random_cut(const Scan& s, const FeatureBins& feature, const FilledBins& sums, int values) {
  int first = values, last = -1;
  bool has_missing = false;
  sums.each([&](int bin, const FourSums& sum) {
    if (sum[0] == 0 && sum[1] == 0) return;
    if (bin >= values) {
      has_missing = true;
      return;
    }
    if (last < 0) first = bin;
    last = bin;
  });
  return random_cut(s, feature, first, last < first ? first : last, has_missing);
}

// Cuts that are looked at together: what lies in the bins up to each.
template <bool constrained>
class WideScan {
 public:
  /// `values`: the bins that are not of missing values; `only`: the one cut that is tried, where cuts are random.
  WideScan(const Scan& s, const FeatureBins& feature, const FourSums& missing, int values, int only)
      : s_(s), feature_(feature), missing_(missing), values_(values), only_(only) {}

  void add(int bin, const FourSums& sums) {
    side_ += sums;
    gradient_[count_] = side_[0];
    curvature_[count_] = side_[1];
    rows_[count_] = side_[2];
    bin_[count_] = bin;
    if (++count_ == at_once) search();
  }

  Split best() {
    search();
    Split split;
    split.missing_left =
        with_missing_.gain > without_.gain ||
        (with_missing_.gain == without_.gain && with_missing_.bin <= without_.bin && with_missing_.bin >= 0);
    const Found& found = split.missing_left ? with_missing_ : without_;
    split.gain = found.gain;
    split.bin = found.bin;
    split.left_gradient = found.gradient;
    split.left_curvature = found.curvature;
    return split;
  }

 private:
  static constexpr int at_once = 256;
  struct Found {
    double gain = 0;
    int bin = -1;
    std::int64_t gradient = 0, curvature = 0;
  };

  // Missing values on the right (then even the cut after the last value divides), and on the left.
  void search() {
    look(without_, feature_.has_missing ? values_ : values_ - 1, FourSums{});
    if (feature_.has_missing) look(with_missing_, values_ - 1, missing_);
    count_ = 0;
  }

  // `end`: the first bin that no cut is after; `extra` goes left, too.
  void look(Found& known, int end, const FourSums& extra) const {
    const std::int64_t gradient = extra[0], curvature = extra[1], rows = extra[2];
    double gains[at_once];
    for (int i = 0; i < count_; ++i)
      gains[i] = gain_of<constrained>(s_, feature_.monotone, gradient_[i] + gradient, curvature_[i] + curvature,
                                      rows_[i] + rows, s_.limits.l2);
    for (int i = 0; i < count_; ++i) {
      if (!(gains[i] > known.gain) || bin_[i] >= end || !enough_rows(s_, rows_[i] + rows)) continue;
      if (s_.limits.extra_trees && bin_[i] != only_) continue;
      known = {gains[i], bin_[i], gradient_[i] + gradient, curvature_[i] + curvature};
    }
  }

  const Scan& s_;
  const FeatureBins& feature_;
  const FourSums missing_;
  const int values_, only_;
  FourSums side_ = {};
  int count_ = 0;
  std::int64_t gradient_[at_once], curvature_[at_once], rows_[at_once];
  int bin_[at_once];
  Found without_, with_missing_;
};

template <bool constrained>
Split best_cut(const Scan& s, const FeatureBins& feature, FilledBins& sums) {
  const int values = feature.has_missing ? feature.bins - 1 : feature.bins;
  const int only = s.limits.extra_trees ? random_cut(s, feature, sums, values) : -1;
  if (only >= 0) sums.mark(only);
  if (feature.has_missing) sums.mark(0);  // missing values may be all that goes left
  WideScan<constrained> cuts(s, feature, feature.has_missing ? sums[values] : FourSums{}, values, only);
  sums.each([&](int bin, const FourSums& sum) {
    if (bin < values) cuts.add(bin, sum);
  });
  return cuts.best();
}

// A split that is forced, where it leaves enough on both sides; missing values go where that gains more, to the left
// where it is all the same.
template <bool constrained>
Split forced_cut(const Scan& s, const FeatureBins& feature, const ForcedNode& forced, const FilledBins& sums) {
  FourSums values{};
  sums.each([&](int bin, const FourSums& sum) {
    if (bin <= forced.bin) values += sum;
  });
  Split split;
  for (int missing_left = feature.has_missing; missing_left >= 0; --missing_left) {
    const FourSums left = missing_left != 0 ? values + sums[feature.bins - 1] : values;
    Split tried;
    tried.bin = forced.bin;
    tried.missing_left = missing_left != 0;
    tried.left_gradient = left[0];
    tried.left_curvature = left[1];
    if (!enough_rows(s, left[2]) || !may_divide<constrained>(s, feature.monotone, tried, left[2])) continue;
    tried.gain = forced_first;
    tried.forced_gain = gain_of<constrained>(s, feature.monotone, left[0], left[1], left[2], s.limits.l2);
    if (!is_forced(split) || tried.forced_gain > split.forced_gain) split = tried;
  }
  return split;
}

// The best split of the n-th new node by a wide feature, which is `apart` among those that are not dense.
Split feature_split(const TreeState& tree, std::int64_t n, std::int32_t apart, FilledBins& sums) {
  const GrowNode& node = tree.nodes[tree.first_new + n];
  const std::int32_t index = tree.bins.features + apart;
  const FeatureBins& feature = tree.bins.feature[index];
  with_entries(tree, [&]<class E>(E*) {
    const E* const entries = static_cast<const E*>(tree.entries) + node.begin;
    sums.add(entries, entries + node.entries, wide_column(tree.bins, index));
  });
  const Scan s = scan_of(tree, node);
  const ForcedNode* const forced = forced_split(tree, node, index);
  const bool is_free = is_admitted(tree, node, n, tree.feature_count + apart);
  const auto search = [&]<bool constrained>(std::bool_constant<constrained>) {
    Split split;
    if (forced != nullptr) split = forced_cut<constrained>(s, feature, *forced, sums);
    if (is_free && !is_forced(split)) split = best_cut<constrained>(s, feature, sums);
    return split;
  };
  Split split = is_constrained(tree) ? search(std::true_type()) : search(std::false_type());
  split.feature = index;
  split.counted = true;
  mark_first(split, 1);
  split.gain = charged(tree, node, index, split.gain);
  return split;
}

}  // namespace

void begin_wide(const Context& context, const TreeMemory& tree, const StepScratch& scratch) {
  const WideBins& wide = tree.bins.wide;
  const auto threads = static_cast<std::size_t>(context.workers.threads());
  std::memset(scratch.wide_sums, 0, threads * static_cast<std::size_t>(wide.most_bins) * sizeof(WideBinSums));
  std::memset(scratch.wide_filled, 0, threads * static_cast<std::size_t>(wide_words(wide)) * sizeof(std::uint64_t));
}

void split_wide(Context& context, TreeState& tree, const StepScratch& scratch) {
  const WideBins& wide = tree.bins.wide;
  const std::int64_t count = tree.node_count - tree.first_new;
  const auto is_searched = [&](std::int64_t n) {
    return !tree.children_final && may_split(tree, tree.nodes[tree.first_new + n]);
  };
  std::int64_t rows = 0;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) rows += tree.nodes[i].entries;
  const double work = static_cast<double>(rows * wide.features) * ns_of_wide_row;
  share(context, count * wide.features, work, [&](std::int64_t task, int worker) {
    const std::int64_t n = task / wide.features;
    const std::int32_t apart = tree.bins.sparse.features + static_cast<std::int32_t>(task % wide.features);
    Split& candidate = tree.wide_candidates[task];
    candidate = {};
    if (!is_searched(n) || !is_apart_open(tree, tree.nodes[tree.first_new + n], n, apart)) return;
    FilledBins sums(reinterpret_cast<FourSums*>(scratch.wide_sums + std::int64_t{worker} * wide.most_bins),
                    scratch.wide_filled + worker * wide_words(wide),
                    tree.bins.feature[tree.bins.features + apart].bins);
    candidate = feature_split(tree, n, apart, sums);
  });
  for (std::int64_t n = 0; n < count; ++n) {
    if (!is_searched(n)) continue;
    GrowNode& node = tree.nodes[tree.first_new + n];
    const double score = scan_of(tree, node).score;
    for (std::int64_t w = 0; w < wide.features; ++w) {
      const Split& split = tree.wide_candidates[n * wide.features + w];
      if (worth_splitting(split.gain, score, tree.limits.min_gain) && is_better(tree, split, node.split))
        node.split = split;
    }
  }
}

LINDEN_LEVEL_END
}  // namespace linden
