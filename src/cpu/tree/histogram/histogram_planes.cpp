// The histograms of a tree of several planes (backend/tree/planes.hpp), all planes at once: the entries are those of
// the first plane, and say which rows a node has; what rows add stands in words (plane_words.hpp). Cells are summed
// side by side as well, and then go to the histogram of each plane. All sums are of integers.
#include "cpu/tree/histogram/plane_words.hpp"

#include "backend/tree/grow_queue.hpp"
#include "cpu/tree/ahead.hpp"
#include "cpu/tree/scratch.hpp"
#include "cpu/tree/share.hpp"
#include "cpu/tree/small_nodes.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr int at_once = 4;  // features, so that sums of one row do not wait for those of the row before it

// Adds the rows of a block to `together` features. bins[r] are those of a row.
template <int fours, int together>
void add_block(const FourSums* words, const std::uint8_t* const* bins, std::int64_t rows, const std::int32_t* features,
               FourSums* const* cells) {
  FourSums* to[together];
  std::int32_t column[together];
  for (int j = 0; j < together; ++j) {
    to[j] = cells[j];
    column[j] = features[j];
  }
  for (std::int64_t r = 0; r < rows; ++r, words += fours)
    for (int j = 0; j < together; ++j) {
      FourSums* const cell = to[j] + std::int64_t{bins[r][column[j]]} * fours;
#pragma GCC unroll 8
      for (int i = 0; i < fours; ++i) cell[i] += words[i];
    }
}

// The same of any number of words.
void add_wide_block(const FourSums* words, std::int32_t fours, const std::uint8_t* const* bins, std::int64_t rows,
                    std::int32_t feature, FourSums* cells) {
  for (std::int64_t r = 0; r < rows; ++r, words += fours) {
    FourSums* const cell = cells + std::int64_t{bins[r][feature]} * fours;
    for (std::int32_t i = 0; i < fours; ++i) cell[i] += words[i];
  }
}

template <int fours>
void add_features(const FourSums* words, const std::uint8_t* const* bins, std::int64_t rows,
                  const std::int32_t* features, int count, FourSums* const* cells) {
  int f = 0;
  for (; f + at_once <= count; f += at_once) add_block<fours, at_once>(words, bins, rows, features + f, cells + f);
  for (; f < count; ++f) add_block<fours, 1>(words, bins, rows, features + f, cells + f);
}

template <class E>
void add_entries(const TreeState& first, const E* entries, const FourSums* all_words, std::int32_t fours,
                 std::int64_t count, const std::int32_t* features, int feature_count, FourSums* const* cells) {
  FourSums words[word_rows * (most_words / 4)];
  const std::uint8_t* bins[word_rows];
  for (std::int64_t begin = 0; begin < count; begin += word_rows) {
    const std::int64_t rows = count - begin < word_rows ? count - begin : word_rows;
    for (std::int64_t r = 0; r < rows; ++r) {
      __builtin_prefetch(all_words + std::int64_t{ahead_of(entries + begin + r, entries + count, 16)->row} * fours);
      const std::int64_t row = entries[begin + r].row;
      bins[r] = first.bins.by_row + row * first.bins.row_stride;
      __builtin_prefetch(bins[r]);
      for (std::int32_t i = 0; i < fours; ++i) words[r * fours + i] = all_words[row * fours + i];
    }
    switch (fours) {
      case 1: add_features<1>(words, bins, rows, features, feature_count, cells); break;
      case 2: add_features<2>(words, bins, rows, features, feature_count, cells); break;
      case 3: add_features<3>(words, bins, rows, features, feature_count, cells); break;
      case 4: add_features<4>(words, bins, rows, features, feature_count, cells); break;
      case 5: add_features<5>(words, bins, rows, features, feature_count, cells); break;
      case 6: add_features<6>(words, bins, rows, features, feature_count, cells); break;
      case 8: add_features<8>(words, bins, rows, features, feature_count, cells); break;
      default:
        for (int f = 0; f < feature_count; ++f) add_wide_block(words, fours, bins, rows, features[f], cells[f]);
    }
  }
}

// The words of the rows of the sample: what each adds, in the units of each plane.
void lay_words(Context& context, const PlaneTask& task, const PlaneWords& of, std::int64_t* words) {
  const TreeState& first = *task.planes[0]->state;
  context.workers.chunks(first.sample_rows, 1024, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int32_t p = 0; p < task.count; ++p) {
      const TreeState& plane = *task.planes[p]->state;
      const double per_gradient = 1 / plane.gradient_unit, per_curvature = 1 / plane.curvature_unit;
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t row = first.sample ? first.sample[i] : i;
        const std::int32_t g = quantised(plane.gradients[row], per_gradient);
        const std::int32_t h = quantised(plane.curvatures[row], per_curvature);
        std::int64_t* const own = words + row * of.count + of.first[p];
        own[0] = plane.wide ? g : pack(g, h);
        if (plane.wide) own[1] = h;
      }
    }
    for (std::int64_t i = begin; i < end; ++i) {  // what fills up the last four
      const std::int64_t row = first.sample ? first.sample[i] : i;
      const std::int32_t last = task.count - 1, used = of.first[last] + (task.planes[last]->state->wide ? 2 : 1);
      for (std::int32_t w = used; w < of.count; ++w) words[row * of.count + w] = 0;
    }
  });
}

// Takes the sums of a feature to the histograms of all planes: adds them, or, at `first_time`, puts them there.
void hand_out(const PlaneTask& task, const PlaneWords& of, std::int32_t node, std::int32_t feature,
              const std::int64_t* cells, bool first_time) {
  for (std::int32_t p = 0; p < task.count; ++p) {
    const TreeState& plane = *task.planes[p]->state;
    const GrowNode& in_plane = plane.nodes[node];
    const FeatureBins& bins = plane.bins.feature[feature];
    WideCell* const histogram = plane.histograms + std::int64_t{in_plane.slot} * plane.bins.cells;
    const std::int64_t* own = cells + of.first[p];
    if (is_packed(plane, in_plane)) {
      PackedCell* const to = reinterpret_cast<PackedCell*>(histogram) + bins.first_cell;
      for (int b = 0; b < bins.bins; ++b, own += of.count) to[b].sums = own[0];
      continue;
    }
    WideCell* const to = histogram + bins.first_cell;
    for (int b = 0; b < bins.bins; ++b, own += of.count) {
      const WideCell sum = plane.wide ? WideCell{own[0], own[1]}
                                      : WideCell{gradient_of(PackedCell{own[0]}), curvature_of(PackedCell{own[0]})};
      to[b] = first_time ? sum : WideCell{to[b].gradient + sum.gradient, to[b].curvature + sum.curvature};
    }
  }
}

}  // namespace

void add_words(const TreeState& first, const FourSums* words, std::int32_t fours, std::int64_t begin, std::int64_t end,
               const std::int32_t* features, int count, FourSums* const* cells) {
  with_entries(first, [&]<class E>(E*) {
    add_entries(first, static_cast<const E*>(first.entries) + begin, words, fours, end - begin, features, count, cells);
  });
}

void histogram_planes(Context& context, const PlaneTask& task) {
  const TreeState& first = *task.planes[0]->state;
  const StepScratch scratch(context, *task.planes[0]);
  const PlaneWords of(task);
  auto* const words = reinterpret_cast<FourSums*>(scratch.plane_words);
  if (first.first_new == 0) lay_words(context, task, of, scratch.plane_words);

  std::int64_t rows = 0;
  for (std::int32_t i = first.first_new; i < first.node_count; ++i) {
    if (!is_summed(first, i) || is_summed_in_search(first, first.nodes[i])) continue;
    for (std::int32_t p = 0; p < task.count; ++p) {
      TreeState& plane = *task.planes[p]->state;
      plane.nodes[i].slot = plane.free_slots[--plane.free_count];
    }
    rows += first.nodes[i].entries;
  }
  // A task has some features of a node: all of them, or as many as give each thread something to do.
  const std::int32_t features = first.feature_count, nodes = first.node_count - first.first_new;
  const std::int32_t tasks = context.workers.threads() > 1 ? 2 * context.workers.threads() : 1;
  const std::int32_t even = (features / tasks / at_once + 1) * at_once;
  const std::int32_t width = even < most_features_of_words ? even : most_features_of_words;
  const std::int32_t blocks = (features + width - 1) / width;
  const double work = static_cast<double>(rows) * features * of.fours() * ns_of_update;
  share(context, std::int64_t{nodes} * blocks, work, [&](std::int64_t step, int worker) {
    const auto index = first.first_new + static_cast<std::int32_t>(step / blocks);
    const GrowNode& node = first.nodes[index];
    if (node.slot < 0 || !is_summed(first, index)) return;
    const auto begin = static_cast<std::int32_t>(step % blocks) * width;
    const std::int32_t left = features - begin, count = left < width ? left : width;
    auto* const room = reinterpret_cast<FourSums*>(scratch.plane_cells + worker * scratch.words_of_a_room);
    FourSums* cells[most_features_of_words];
    FourSums* end = room;
    for (std::int32_t i = 0; i < count; ++i) {
      cells[i] = end;
      end += std::int64_t{first.bins.feature[first.features[begin + i]].bins} * of.fours();
    }
    for (std::int64_t done = 0; done == 0 || done < node.entries; done += packed_rows) {
      for (FourSums* cell = room; cell < end; ++cell) *cell = FourSums{};
      const std::int64_t stop = done + packed_rows < node.entries ? done + packed_rows : node.entries;
      add_words(first, words, of.fours(), node.begin + done, node.begin + stop, first.features + begin, count, cells);
      for (std::int32_t i = 0; i < count; ++i)
        hand_out(task, of, index, first.features[begin + i], reinterpret_cast<const std::int64_t*>(cells[i]),
                 done == 0);
    }
  });
}

LINDEN_LEVEL_END
}  // namespace linden
