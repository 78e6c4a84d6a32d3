// Cox's partial likelihood of the rows of a linear fit. It compares rows, so that it goes over all of them in the order
// of time, on the host, in a few running sums; passes over the columns, of which there are many, stay on the device.
//
// With v_i = weight_i exp(score_i), event k of a time sees the row i that is at risk then with probability
//
//     p_k(i) = c_k(i) v_i / risk_k,   risk_k = sum of c_k(i) v_i over rows at risk,
//
// where c is 1 but for events of the same time, of which Efron takes the share of k's place among them off. With the
// mean weight w_k of the events of a time, the likelihood is sum_k w_k log(risk_k) less the weighted scores of events,
// and its Hessian in the scores is diag(v_i sum_k w_k c_k(i) / risk_k) less sum_k w_k p_k p_k'.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "linear/design/design.hpp"
#include "loss/survival/risk_order.hpp"

namespace linden {

/// The order of time, made once for a fit. Rows of weight 0 are not there.
class CoxRows {
 public:
  /// Times as RiskOrder has them; `weights` is empty for all one. `strata` [strata + 1]: where each begins, of rows
  /// that are compared with each other alone; empty for one stratum.
  CoxRows(bool efron, std::span<const double> lower, std::span<const double> upper, std::span<const double> weights,
          std::span<const std::int64_t> strata);

  bool has_event() const noexcept { return event_weight_ > 0; }

 private:
  friend class CoxPoint;

  /// Places [begin, end) have one time in one stratum, those before `events` an event.
  struct Time {
    std::size_t begin, events, end;
    double weight;           ///< the mean of the events'
    bool is_first, is_last;  ///< of its stratum
  };

  bool efron_;
  std::size_t rows_;
  double event_weight_ = 0;
  std::vector<std::uint32_t> row_;  // of each place
  std::vector<double> weight_;      // of each place
  std::vector<Time> times_;         // stratum by stratum, ascending
};

/// What is known of the likelihood at some scores. Sums have the weights in them.
class CoxPoint {
 public:
  /// `rows` must outlive it.
  CoxPoint(const CoxRows& rows, std::span<const double> scores);

  double value() const noexcept { return value_; }
  /// Slopes in the scores [rows], and the diagonal part of the Hessian, which lies above it.
  void derive(std::span<double> slopes, std::span<double> bends) const;
  /// out = the Hessian in the scores times a direction, [rows] both.
  void product(std::span<const double> direction, std::span<double> out) const;
  /// Takes share sum_k w_k (A' p_k) (A' p_k)' off the lower half of a matrix [width, width], for the design's A.
  void take_means(const Design& design, Workers& workers, double share, std::span<double> matrix) const;

  /// The divergence of the dual point factor * slopes, factor in [0, 1]: that of events which see rows with
  /// factor p_k + (1 - factor) times their own shares, which is a probability again.
  double divergence(double factor) const;
  /// No less than that of slopes - Hessian * scores, for the scores of a step: of p_k(i) (1 - u_i) with u_i the score
  /// less its mean under p_k, it is sum_k w_k sum_i p_k(i) ((1 - u_i) log(1 - u_i) + u_i), at most half the step's
  /// squared length in the Hessian over 1 - max u. Infinite where u may reach 1, and probabilities 0.
  double newton_divergence(std::span<const double> scores) const;

 private:
  double share_before(const CoxRows::Time& time, std::size_t place) const;

  const CoxRows& rows_;
  double value_ = 0;
  std::vector<double> hazards_;  // v, by place
  std::vector<double> risks_;    // by place, of events
  std::vector<double> totals_;   // by place: sum_k w_k c_k / risk_k
};

}  // namespace linden
