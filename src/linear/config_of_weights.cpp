#include "linear/config_of_weights.hpp"

#include "linear/config.hpp"
#include "loss/definition.hpp"
#include "model/weight_rows.hpp"

namespace linden {
namespace {

[[noreturn]] void refuse_beside_equations(const char* other) {
  fail<ArgumentError>(
      "LinearConfig.constraints.equal: there {}, too, and no solver takes both. Hint: leave one of them out.", other);
}

// What is beside equations, in words; the first that there is.
const char* beside(const LinearConfig& config) {
  if (config.penalty.group > 0) return "are groups";
  if (config.penalty.shape != PenaltyShape::absolute) return "is a concave shape";
  if (is_bounded(config)) return "are bounds";
  return nullptr;
}

void check_tikhonov(const LinearConfig& config) {
  const ColumnPenalties& penalty = config.penalty;
  if (penalty.tikhonov == 0) return;
  if (penalty.matrix.columns.empty() && penalty.differences.empty())
    fail<ArgumentError>(
        "LinearConfig.penalty.tikhonov is {}, and there is no matrix. Hint: penalty.matrix or penalty.differences.",
        penalty.tikhonov);
  refuse_for_corners(config, "there is a matrix");
  if (config.solver == Solver::qr)
    fail<ArgumentError>(
        "LinearConfig.solver is qr, which does not take penalty.tikhonov. Hint: newton_cholesky, or leave the choice "
        "to automatic.");
}

void check_equations_of(const LinearConfig& config) {
  if (!has_equations(config)) return;
  refuse_for_corners(config, "there are equations of weights");
  if (config.l1 > 0) refuse_beside_equations("is l1");
  if (const char* const other = beside(config)) refuse_beside_equations(other);
  if (config.solver != Solver::automatic && config.solver != Solver::newton_cholesky)
    fail<ArgumentError>(
        "LinearConfig.solver is {}, which does not take equations of weights. Hint: newton_cholesky, or leave the "
        "choice to automatic.",
        name_of(config.solver));
}

}  // namespace

void add_penalties_of_weights(FieldTable<ColumnPenalties>& group) {
  using P = ColumnPenalties;
  group.add_number("tikhonov", &P::tikhonov, {}, "penalty on w' Q w / 2, of a matrix or of differences")
      .add_words<WeightMatrix>("matrix", &P::matrix, {text_of, weight_matrix_of, check_matrix, check_features},
                               "NAME,...:NUMBER,...", "the matrix Q of tikhonov, row by row")
      .add_words<WeightSums>("differences", &P::differences, {text_of, weight_sums_of, check_sums, check_features},
                             "NAME=NUMBER,...;NAME=NUMBER,...", "sums of weights whose squares tikhonov is on");
}

bool has_equations(const LinearConfig& config) noexcept { return !config.constraints.equal.empty(); }

void check_weights(const LinearConfig& config) {
  check_tikhonov(config);
  check_equations_of(config);
}

}  // namespace linden
