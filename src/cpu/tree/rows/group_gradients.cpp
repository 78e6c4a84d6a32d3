// Gradients of rankings, a group at a time: its rows in the order of their scores, then each of the leading ranks with
// all ranks behind it, in vectors. Results are those of the GPU to the byte: every sum has one order (group_lanes).
#include <type_traits>

#include "backend/loss/group_losses.hpp"
#include "backend/math/digit_sort.hpp"
#include "backend/math/ordered_key.hpp"
#include "cpu/tree/rows/gradient_peaks.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t chunk_groups = 8;
constexpr std::int64_t few_rows = 64;  // which are sorted by insertion

struct RankedRow {
  std::uint64_t key;
  std::int64_t row;
};

/// A worker's memory for the longest group; sums read up to the end of the last 32.
struct GroupScratch {
  static constexpr std::int64_t lists = 9;

  static std::int64_t room(std::int64_t longest) { return (longest + 2 * group_lanes - 1) / group_lanes * group_lanes; }
  static std::int64_t bytes(std::int64_t longest) {
    return room(longest) * static_cast<std::int64_t>(lists * sizeof(double) + 2 * sizeof(RankedRow));
  }
  GroupScratch(void* memory, std::int64_t longest, int worker) {
    auto* const first = static_cast<char*>(memory) + worker * bytes(longest);
    auto* next = reinterpret_cast<double*>(first);
    for (double** const list :
         {&scores, &labels, &first_list, &second_list, &slopes, &curvatures, &terms, &bends, &sizes}) {
      *list = next;
      next += room(longest);
    }
    ranked = reinterpret_cast<RankedRow*>(next);
    other = ranked + room(longest);
  }

  double *scores, *labels, *first_list, *second_list, *slopes, *curvatures, *terms, *bends, *sizes;
  RankedRow *ranked, *other;
};

/// Of term(0) .. term(count - 1), as group_lanes says.
template <class Term>
double lane_sum(std::int64_t count, const Term& term) {
  double lanes[group_lanes] = {};
  std::int64_t i = 0;
  for (; i + group_lanes <= count; i += group_lanes)
    for (int lane = 0; lane < group_lanes; ++lane) lanes[lane] += term(i + lane);
  for (int lane = 0; i + lane < count; ++lane) lanes[lane] += term(i + lane);
  for (int step = group_lanes / 2; step > 0; step /= 2)
    for (int lane = 0; lane < step; ++lane) lanes[lane] += lanes[lane + step];
  return lanes[0];
}

/// Largest score first, of equal ones the first row.
RankedRow* ranked(const GroupScratch& scratch, std::int64_t rows) {
  if (rows > few_rows)
    return digit_sort<8, std::uint32_t>(scratch.ranked, scratch.other, rows, [](const RankedRow& r) { return r.key; });
  for (std::int64_t i = 1; i < rows; ++i) {
    const RankedRow moved = scratch.ranked[i];
    std::int64_t to = i;
    for (; to > 0 && scratch.ranked[to - 1].key > moved.key; --to) scratch.ranked[to] = scratch.ranked[to - 1];
    scratch.ranked[to] = moved;
  }
  return scratch.ranked;
}

struct LeadingSums {
  double slope, curvature, size;
};

/// The rank with all behind it, whose sums so far it changes. Flattened: where one call is left, the loop is not
/// vectorised; what does not change is a copy, which no store can touch.
template <class Loss>
[[gnu::flatten]] LeadingSums lead(const Loss loss, const RankedGroup group, const GroupScratch& scratch,
                                  const PairDivisor divisor, std::int64_t rank) {
  const std::int64_t count = group.rows - 1 - rank;
  double* const terms = scratch.terms;
  double* const bends = scratch.bends;
  double* const slopes = scratch.slopes + rank + 1;
  double* const curvatures = scratch.curvatures + rank + 1;
#pragma GCC ivdep
  for (std::int64_t k = 0; k < count; ++k) {
    const PairSlope pair = slope_of_pair(loss, group, divisor, rank, rank + 1 + k);
    terms[k] = pair.slope;
    bends[k] = pair.curvature;
    slopes[k] -= pair.slope;
    curvatures[k] += pair.curvature;
  }
  // Zeros change no lane: none is -0.
  const std::int64_t padded = (count + group_lanes - 1) / group_lanes * group_lanes;
  for (std::int64_t k = count; k < padded; ++k) terms[k] = bends[k] = 0;
  return {lane_sum(padded, [&](std::int64_t k) { return terms[k]; }),
          lane_sum(padded, [&](std::int64_t k) { return bends[k]; }),
          lane_sum(padded, [&](std::int64_t k) { return math::abs(terms[k]); })};
}

/// Leaves slopes and curvatures in scratch.terms and bends, by row of the group.
template <class Loss>
requires is_of_pairs<Loss>
void derive(const GroupGradientTask& task, const Loss& loss, std::int64_t g, const GroupScratch& scratch) {
  const std::int64_t begin = task.starts[g], rows = task.starts[g + 1] - begin;
  const auto score = [&](std::int64_t row) {
    return task.biases == nullptr ? task.row.scores[begin + row] : task.row.scores[begin + row] + task.biases[row];
  };
  for (std::int64_t row = 0; row < rows; ++row) scratch.ranked[row] = {~ordered_key(score(row)), row};
  const RankedRow* const order = ranked(scratch, rows);
  const RankedGroup group{rows,           scratch.scores, scratch.labels, scratch.first_list, scratch.second_list,
                          task.scales[g], task.discounts};
  for (std::int64_t rank = 0; rank < rows; ++rank) {
    scratch.scores[rank] = score(order[rank].row);
    scratch.labels[rank] = task.row.labels[begin + order[rank].row];
    scratch.slopes[rank] = scratch.curvatures[rank] = 0;
    loss.prepare_rank(group, rank);
  }
  loss.prepare(group);

  const std::int64_t leading = loss.leading(rows);
  const PairDivisor divisor = divisor_of(loss, group);
  for (std::int64_t rank = 0; rank < leading; ++rank) {
    const LeadingSums sums = lead(loss, group, scratch, divisor, rank);
    scratch.slopes[rank] += sums.slope;
    scratch.curvatures[rank] += sums.curvature;
    scratch.sizes[rank] = sums.size;
  }
  const double size = 2.0 * lane_sum(leading, [&](std::int64_t rank) { return scratch.sizes[rank]; });
  const double norm = loss.normalise ? group_norm(size) : 1.0;
  for (std::int64_t rank = 0; rank < rows; ++rank) {
    scratch.terms[order[rank].row] = scratch.slopes[rank] * norm;
    scratch.bends[order[rank].row] = scratch.curvatures[rank] * norm;
  }
}

void derive(const GroupGradientTask& task, const XendcgLoss&, std::int64_t g, const GroupScratch& scratch) {
  const std::int64_t begin = task.starts[g], rows = task.starts[g + 1] - begin;
  const double* const scores = task.row.scores + begin;
  const double* const labels = task.row.labels + begin;
  double *const shares = scratch.scores, *const parts = scratch.labels;
  double shift = scores[0];
  for (std::int64_t i = 1; i < rows; ++i) shift = SoftmaxLoss::larger(shift, scores[i]);
  for (std::int64_t i = 0; i < rows; ++i) {
    shares[i] = SoftmaxLoss::term(scores[i], shift);
    parts[i] = XendcgLoss::target(labels[i], xendcg_draw(task.seed, task.round, begin + i));
  }
  const auto sum = [&](const double* list) { return lane_sum(rows, [&](std::int64_t i) { return list[i]; }); };
  const double all = sum(shares), targets = sum(parts);
  for (std::int64_t i = 0; i < rows; ++i) {
    shares[i] /= all;
    scratch.terms[i] = shares[i] - parts[i] / targets;
    parts[i] = xendcg_part(scratch.terms[i], shares[i]);
  }
  for (int more = 0; more < 2; ++more) {
    const double parts_sum = sum(parts);
    for (std::int64_t i = 0; i < rows; ++i) {
      const double term = xendcg_next(parts[i], parts_sum, shares[i]);
      scratch.terms[i] += term;
      parts[i] = xendcg_part(term, shares[i]);
    }
  }
  for (std::int64_t i = 0; i < rows; ++i) {
    scratch.bends[i] = shares[i] * (1.0 - shares[i]);
    if (rows == 1) scratch.terms[i] = 0;
  }
}

template <class Loss>
void fill(const GroupGradientTask& task, const Loss& loss, std::int64_t g, const GroupScratch& scratch) {
  const std::int64_t begin = task.starts[g], end = task.starts[g + 1];
  derive(task, loss, g, scratch);
  const auto derivatives = [&](std::int64_t row) {
    return SoftmaxLoss::Output{scratch.terms[row - begin], scratch.bends[row - begin]};
  };
  combine(task.row, 0, begin, end,
          task.row.weights != nullptr ? store<true>(task.row, 0, begin, end, derivatives)
                                      : store<false>(task.row, 0, begin, end, derivatives));
}

/// A step of the bias of a place.
template <class Loss>
void move_bias(const GroupGradientTask& task, const Loss& loss, std::int64_t place) {
  const auto sum = [&](const auto& value) {
    return lane_sum(task.groups, [&](std::int64_t g) {
      const std::int64_t row = task.starts[g] + place;
      return row < task.starts[g + 1] ? value(row) : 0.0;
    });
  };
  const double slope = sum([&](std::int64_t row) { return static_cast<double>(task.row.gradients[row]); });
  const double curvature = sum([&](std::int64_t row) { return static_cast<double>(task.row.curvatures[row]); });
  const double rows = sum([](std::int64_t) { return 1.0; });
  task.biases[place] += position_step(task.bias_rate, loss.position_l2, task.biases[place], slope, curvature, rows);
}

}  // namespace

std::int64_t group_scratch(Context& context, std::int64_t longest) {
  return context.workers.threads() * GroupScratch::bytes(longest);
}

void group_gradients(Context& context, const GroupGradientTask& task) {
  task.row.ranges[0] = GradientRange();
  visit_group_loss(task.row.loss, [&](const auto& loss) {
    context.workers.chunks(task.groups, chunk_groups,
                           [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
                             const GroupScratch scratch(task.scratch, task.longest, worker);
                             for (std::int64_t g = begin; g < end; ++g) fill(task, loss, g, scratch);
                           });
    if constexpr (is_of_pairs<std::remove_cvref_t<decltype(loss)>>)
      if (task.biases != nullptr)
        context.workers.each(task.longest, [&](std::int64_t place, int) { move_bias(task, loss, place); });
  });
}

LINDEN_LEVEL_END
}  // namespace linden
