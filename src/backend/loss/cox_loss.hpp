// Cox's partial likelihood: of each time at which rows have an event, how likely it is that it were these, of all rows
// that are still at risk. The slope of a row is a sum over the times up to its own, so that rows in the order of time
// need three passes: sums of what is at risk, from the last row back; what each event adds to the hazard, and its
// running sums; the slopes.
//
// Of events at one time Breslow (1974) has each compare with all that are at risk; Efron (1977) takes the events' own
// share away little by little, as if they had come one after the other in any order.
#pragma once

#include <cstdint>

#include "backend/loss/loss_traits.hpp"
#include "backend/math/blocked_scan.hpp"
#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

inline constexpr ParameterRule efron_rule{
    "efron", 0, false, 2, 1, "events at one time, 1: one after the other, as Efron does; 0: together, as Breslow",
    true};

struct CoxLoss {
  static constexpr const char* name = "cox";
  static constexpr ParameterRule parameters[] = {efron_rule};

  bool efron;

  explicit CoxLoss(const double* parameter) : efron(parameter[0] != 0.0) {}
};

/// Rows in the order of time: at one time events first, then by number. Made once for a fit (boosting/train/gradients).
struct RiskSets {
  std::int64_t rows = 0;
  const std::uint32_t* order = nullptr;   ///< [rows]: the row at each place
  const std::uint32_t* begins = nullptr;  ///< [rows]: the first place of the same time,
  const std::uint32_t* ends = nullptr;    ///< and the first of a later one
  /// [rows], of an event the share of the events of its time that came before it, in [0, 1); of others -1.
  const double* earlier = nullptr;
  const double* event_weights = nullptr;  ///< [rows], of an event the mean weight of those of its time; of others 0

  LINDEN_HD bool has_event(std::int64_t place) const { return earlier[place] >= 0.0; }
};

/// exp(score) in units of that of the largest score. What is so far below it that squares would be 0 counts as if it
/// were nearer.
LINDEN_HD double cox_hazard(double score, double largest) {
  const double below = score - largest;
  return math::exp(below < -300.0 ? -300.0 : below);
}

/// What an event adds to the hazard of those at risk, and to its square by which curvatures are less; then what of
/// that is not the events' own.
struct CoxTerms {
  double hazard, square, own_hazard, own_square;
};

/// `at_risk` and `own` are running sums of the weighted hazards, backward: of all rows, and of those with an event.
LINDEN_HD CoxTerms cox_terms(const RiskSets& sets, const RunningSum& at_risk, const RunningSum& own, bool efron,
                             std::int64_t place) {
  const double earlier = sets.earlier[place];
  const std::int64_t begin = sets.begins[place], end = sets.ends[place];
  double risk = at_risk.at(begin);
  if (efron) risk -= earlier * (own.at(begin) - (end < sets.rows ? own.at(end) : 0.0));
  const double hazard = sets.event_weights[place] / risk, square = hazard / risk;
  return {hazard, square, hazard * earlier, square * (earlier * (2.0 - earlier))};
}

/// The running sums of the terms.
struct CoxSums {
  RunningSum hazard, square, own_hazard, own_square;
};

/// Of the row at a place, without its weight, which its hazard in the risk sets has.
struct CoxSlope {
  double slope, curvature;
};
LINDEN_HD CoxSlope cox_slope(const RiskSets& sets, const CoxSums& sums, bool efron, std::int64_t place, double hazard,
                             double weight) {
  const std::int64_t begin = sets.begins[place], last = std::int64_t{sets.ends[place]} - 1;
  const bool has_event = sets.has_event(place);
  double sum = sums.hazard.at(last), squares = sums.square.at(last);
  if (efron && has_event) {
    sum -= sums.own_hazard.at(last) - (begin > 0 ? sums.own_hazard.at(begin - 1) : 0.0);
    squares -= sums.own_square.at(last) - (begin > 0 ? sums.own_square.at(begin - 1) : 0.0);
  }
  return {hazard * sum - (has_event ? 1.0 : 0.0), hazard * (sum - weight * hazard * squares)};
}

/// What the passes keep of the rows.
struct CoxMemory {
  double* hazards;  ///< by place, without weights
  RunningSum at_risk, own;
  CoxSums sums;

  static std::int64_t doubles(std::int64_t rows) { return 7 * rows + 6 * scan_blocks(rows); }
  CoxMemory(double* memory, std::int64_t rows) : hazards(memory) {
    double* next = memory + rows;
    const auto sum = [&](bool backward) {
      const RunningSum made{next, next + rows, rows, backward};
      next += rows + scan_blocks(rows);
      return made;
    };
    at_risk = sum(true);
    own = sum(true);
    sums.hazard = sum(false);
    sums.square = sum(false);
    sums.own_hazard = sum(false);
    sums.own_square = sum(false);
  }
};

LINDEN_LEVEL_END
}  // namespace linden
