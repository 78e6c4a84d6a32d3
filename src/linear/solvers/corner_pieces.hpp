// What an interior point method of losses with corners keeps of each corner, and its steps: array arithmetic, chunk by
// chunk, the same for any number of threads.
//
// A corner with slopes [low, high] costs max_theta theta z, z = score - at. With p - t = z, p, t >= 0 that is
// high p - low t, and at the optimum
//
//     p (high - theta) = 0,   t (theta - low) = 0,
//
// both of which the method keeps at a mu > 0 that it lowers. A bound of a weight is a corner, too: one whose slopes go
// to infinity on one side, where p or t is 0.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/parallel.hpp"

namespace linden {

class CornerPieces {
 public:
  /// A corner of the source with this number (a row, a parameter), which counts by its weight.
  void add(std::int64_t source, double at, double low, double high, double weight);
  std::size_t size() const noexcept { return at_.size(); }
  bool empty() const noexcept { return at_.empty(); }

  /// Takes scores by source: theta in the middle of the slopes, or 0 where that lies inside, p and t from z with a
  /// distance of about `away`.
  void start(Workers& workers, std::span<const double> scores, double away);
  /// Takes scores that a step has led to: p - t = z again.
  void move_to(Workers& workers, std::span<const double> scores);

  /// What the direction of a step is made of.
  enum class Aim { affine, centred };
  /// Adds to `bend` and `pull`, by source: theta and its step are bend * (step of the score) + pull. For `centred` with
  /// the mu to come and what the affine step, which was aimed and followed before, left to second order.
  void aim(Workers& workers, Aim aim, double mu, std::span<const double> scores, std::span<double> bend,
           std::span<double> pull);
  /// The steps of theta, p and t that go with a step of the scores.
  void follow(Workers& workers, Aim aim, double mu, std::span<const double> step);

  struct Lengths {
    double primal = 1e300, dual = 1e300;  ///< of the step, until something becomes 0
  };
  Lengths lengths(Workers& workers) const;
  /// sum weight (p (high - theta) + t (theta - low)) after a step of these lengths, and the weights of its terms.
  struct Product {
    double sum = 0, weight = 0;
  };
  Product product(Workers& workers, double primal, double dual) const;
  void take(Workers& workers, double primal, double dual);

  void set_theta(std::span<const double> theta) { theta_.assign(theta.begin(), theta.end()); }
  /// By source: sums of theta.
  void add_theta(std::span<double> out) const;
  /// theta += bend * (step of the score), with the bends of the last aim.
  void add_step(Workers& workers, std::span<const double> step);
  /// The largest t <= 1 for which all t theta are within their slopes.
  double shrinkage() const;

  // One by one:
  std::int64_t source(std::size_t k) const noexcept { return source_[k]; }
  double at(std::size_t k) const noexcept { return at_[k]; }
  double low(std::size_t k) const noexcept { return low_[k]; }
  double high(std::size_t k) const noexcept { return high_[k]; }
  double theta(std::size_t k) const noexcept { return theta_[k]; }
  double weight(std::size_t k) const noexcept { return weight_[k]; }
  /// How far the score is from the corner, and theta from the nearer end of the slopes.
  double distance(std::size_t k) const noexcept { return p_[k] > t_[k] ? p_[k] : t_[k]; }
  double slack(std::size_t k) const noexcept;

 private:
  template <class Body>
  void each(Workers& workers, const Body& body) const;
  template <class Body>
  double total(Workers& workers, const Body& body) const;

  bool has_p(std::size_t k) const noexcept;
  bool has_t(std::size_t k) const noexcept;
  double bend_at(std::size_t k) const noexcept;
  double beyond(std::size_t k, Aim aim, double mu, double z) const noexcept;

  std::vector<std::int64_t> source_;
  std::vector<double> at_, low_, high_, weight_;
  std::vector<double> p_, t_, theta_, p_step_, t_step_, theta_step_;
  std::vector<double> second_p_, second_t_;  // products of the affine steps
  std::vector<double> bend_, pull_;          // of the step at hand
};

}  // namespace linden
