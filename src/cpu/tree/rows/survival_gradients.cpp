// Gradients of survival: row by row, or, of Cox's likelihood, by running sums over the rows in the order of time.
// Results are those of the GPU to the byte: running sums have one order (blocked_scan.hpp).
#include "backend/loss/survival_losses.hpp"
#include "cpu/tree/rows/gradient_peaks.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t time_rows = 4096;

/// A tile becomes its running sum.
void scan_values(double* values) {
  for (std::int64_t step = 1; step < scan_tile; step *= 2) {
    double sums[scan_tile];
    for (std::int64_t i = 0; i < scan_tile; ++i) sums[i] = i < step ? values[i] : values[i - step] + values[i];
    for (std::int64_t i = 0; i < scan_tile; ++i) values[i] = sums[i];
  }
}

/// Of a block, which is padded with zeros; returns its sum.
double scan_one_block(double* values) {
  double totals[scan_tile];
  for (std::int64_t tile = 0; tile < scan_tile; ++tile) {
    scan_values(values + tile * scan_tile);
    totals[tile] = values[tile * scan_tile + scan_tile - 1];
  }
  scan_values(totals);
  for (std::int64_t tile = 1; tile < scan_tile; ++tile)
    for (std::int64_t i = 0; i < scan_tile; ++i) values[tile * scan_tile + i] += totals[tile - 1];
  return totals[scan_tile - 1];
}

/// Fills running sums of the values that values(i, list) gives of place i, one for each sum.
template <int count, class Values>
void run_sums(Context& context, const RunningSum* const (&sums)[count], const Values& values) {
  context.workers.chunks(sums[0]->count, scan_block, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    alignas(64) double lists[count][scan_block] = {};
    for (std::int64_t p = begin; p < end; ++p) {
      double of_place[count];
      values(sums[0]->place(p), of_place);
      for (int k = 0; k < count; ++k) lists[k][p - begin] = of_place[k];
    }
    for (int k = 0; k < count; ++k) {
      sums[k]->before[begin / scan_block] = scan_one_block(lists[k]);
      for (std::int64_t p = begin; p < end; ++p) sums[k]->within[p] = lists[k][p - begin];
    }
  });
  for (const RunningSum* sum : sums) sum->add_blocks();
}

double largest_score(Context& context, const GradientTask& task) {
  double largest = -math::infinity;
  context.workers.chunks(task.rows, time_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    double most = -math::infinity;
    for (std::int64_t row = begin; row < end; ++row) most = task.scores[row] > most ? task.scores[row] : most;
    raise(&largest, most);
  });
  return largest;
}

/// stored_gradient of single rows, which lie anywhere.
template <bool weighted>
Peak store_row(const GradientTask& task, std::int64_t row, const CoxSlope& d) {
  return store<weighted>(task, 0, row, row + 1, [&](std::int64_t) {
    return SoftmaxLoss::Output{d.slope, d.curvature};
  });
}

template <bool weighted>
void derive(Context& context, const SurvivalGradientTask& task, const CoxLoss& loss) {
  const GradientTask& row = task.row;
  const RiskSets& sets = task.sets;
  const CoxMemory memory(task.memory, row.rows);
  const double largest = largest_score(context, row);
  run_sums<2>(context, {&memory.at_risk, &memory.own}, [&](std::int64_t i, double* values) {
    const std::int64_t at = sets.order[i];
    const double hazard = cox_hazard(row.scores[at], largest), size = weighted ? hazard * row.weights[at] : hazard;
    memory.hazards[i] = hazard;
    values[0] = size;
    values[1] = sets.has_event(i) ? size : 0.0;
  });
  const CoxSums& sums = memory.sums;
  const auto terms = [&](std::int64_t i) { return cox_terms(sets, memory.at_risk, memory.own, loss.efron, i); };
  if (loss.efron)
    run_sums<4>(context, {&sums.hazard, &sums.square, &sums.own_hazard, &sums.own_square},
                [&](std::int64_t i, double* values) {
                  const CoxTerms t = sets.has_event(i) ? terms(i) : CoxTerms{};
                  values[0] = t.hazard, values[1] = t.square, values[2] = t.own_hazard, values[3] = t.own_square;
                });
  else
    run_sums<2>(context, {&sums.hazard, &sums.square}, [&](std::int64_t i, double* values) {
      const CoxTerms t = sets.has_event(i) ? terms(i) : CoxTerms{};
      values[0] = t.hazard, values[1] = t.square;
    });
  context.workers.chunks(row.rows, time_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    Peak peak;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t at = sets.order[i];
      const Peak own = store_row<weighted>(
          row, at, cox_slope(sets, sums, loss.efron, i, memory.hazards[i], weighted ? row.weights[at] : 1.0));
      if (larger(own.gradient, own.curvature) >= infinite_bits) combine(row, 0, at, at + 1, own);
      peak = {larger(peak.gradient, own.gradient), larger(peak.curvature, own.curvature)};
    }
    // Of a chunk with a bad row the maxima do not matter, and its rows are no stretch to look for it in.
    if (larger(peak.gradient, peak.curvature) < infinite_bits) combine(row, 0, 0, 0, peak);
  });
}

template <bool weighted, class Times>
void derive(Context& context, const SurvivalGradientTask& task, const AftLoss<Times>& loss) {
  const GradientTask& row = task.row;
  context.workers.chunks(row.rows, time_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    combine(row, 0, begin, end, store<weighted>(row, 0, begin, end, [&](std::int64_t i) {
              const Dual d = loss(row.scores[i], {row.labels[i], task.uppers[i]});
              return SoftmaxLoss::Output{d.first, d.second};
            }));
  });
}

}  // namespace

void survival_gradients(Context& context, const SurvivalGradientTask& task) {
  task.row.ranges[0] = GradientRange();
  visit_survival_loss(task.row.loss, [&](const auto& loss) {
    if (task.row.weights != nullptr)
      derive<true>(context, task, loss);
    else
      derive<false>(context, task, loss);
  });
}

LINDEN_LEVEL_END
}  // namespace linden
