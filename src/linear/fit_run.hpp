// A fit from the best constant to its solution: which solver, where it falls back to another, and when it goes on.
#pragma once

#include <linden/linear.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "linear/endless_fall.hpp"
#include "linear/solution_gap.hpp"
#include "linear/solvers/kept_gram.hpp"
#include "linear/solvers/qr.hpp"
#include "linear/solvers/solver.hpp"

namespace linden {

/// What is being solved, and what has become known of it. All that is passed must outlive the object, and columns that
/// depend on others are left out of `design`. Where rows lie on several ranks, all of which run the same fit, all find
/// the same weights and the same certificate, to the byte, whatever their numbers of threads: what is summed over rows
/// is summed over ranks in their order. One machine with all rows sums in another order: it finds the same optimum,
/// within the gaps of both. Each rank has a row at least.
class FitRun {
 public:
  /// `states`: where solvers leave what they go on from, or null. Throws DataError where the loss is not finite at the
  /// start.
  FitRun(const char* where, const LinearRows& rows, Design& design, const LinearConfig& config,
         const std::vector<std::string>& names, SolverStates* states = nullptr);

  void run();

  // Fits of one path: the same loss on the same rows, under penalties of one strength after another.

  /// In place of run(), under an l1 that holds all columns at 0 but those without a penalty: where a path begins.
  void run_without_weights();
  /// Keeps the Gram matrix of a squared loss from here on, for so many fits; `gram` has it, where it is known: of all
  /// columns, [width, width], without penalties.
  void keep_gram(int fits, std::vector<double> gram = {});
  /// Goes on from the last solution under another configuration, which differs in the strengths of its penalties alone,
  /// and must outlive the object as the first one does. Of columns whose l1 falls from a to b those take part that are
  /// not 0, or whose slope exceeds 2 b - a (the sequential strong rule of Tibshirani et al. 2012), and what slopes at
  /// the solution ask for.
  void go_on(const LinearConfig& config);
  /// The configurations that go_on() will be called with next, in order. Where a Gram matrix of all columns is kept,
  /// some of these fits are begun at once, so that they share a pass over the rows.
  void look_ahead(std::span<const LinearConfig> next);
  /// How many columns the rule left out of that.
  int screened() const noexcept { return screened_; }
  /// Of these, how many are not 0 after all.
  int missed() const noexcept { return missed_; }
  Objective& objective() noexcept { return objective_; }

  // After any of these:

  const Point& point() const noexcept { return solution_.point; }
  /// Of the solution.
  Certificate certificate() const;

 private:
  void solve(Solver solver);
  void solve_by_cholesky();
  void solve_by_qr();
  void take(Solution solution);
  void stop_at_start(Solver solver);

  std::vector<double> constant_start() const;
  std::vector<double> linked_start() const;
  void stand_at(std::span<const double> at, bool is_another_objective = false);
  std::vector<int> kept_by_rule(const Penalty& before);
  Point at_start();
  LeastSquares factorise();
  bool leave_out(const std::vector<int>& columns);
  bool has_one_label() const;
  bool is_squared() const;
  void note_conditioning();
  void check_size(const char* where) const;
  void check_equations(const char* where) const;
  [[noreturn]] void refuse_start(const char* where) const;
  double wanted() const { return wanted(config_->tolerance); }
  double wanted(double tolerance) const;

  const LinearRows& rows_;
  Design& design_;
  const LinearConfig* config_;
  const std::vector<std::string>& names_;
  SolverStates* states_;
  Objective objective_;
  Target target_;
  std::vector<double> start_;  // of the solver at hand
  Solution solution_;          // at first the point where the fit starts
  FitStart first_start_;
  SolutionGap gap_;
  std::unique_ptr<KeptGram> gram_;
  std::vector<int> first_;  // to take part, of a path
  int screened_ = 0, missed_ = 0;
  Certificate known_;  // solver, why, rank, condition and columns that depend on others
};

}  // namespace linden
