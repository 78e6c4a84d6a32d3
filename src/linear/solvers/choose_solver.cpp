#include "linear/solvers/choose_solver.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "linear/objective/row_sample.hpp"
#include "linear/solvers/solver.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

constexpr double newton_steps = 7;
// Of conjugate gradients, in one of these steps; the squared loss has one step, and twice as many in it.
constexpr double products_by_diagonal = 12;
constexpr double products_by_sample = 4;
constexpr std::int64_t most_bytes = std::int64_t{2} << 30;  // of a Hessian and what it takes to form it
// Times slower a factor may be, for the digits that come with it; and for the rank, where no penalty hides it.
constexpr double patience = 1.25, patience_for_rank = 3;

struct Costs {
  double cholesky, cg;
};

Costs costs_of(const Objective& objective) {
  const LinearKernels& kernels = objective.rows().backend.linear;
  const LinearRates& rates = kernels.rates;
  const Design& design = objective.design();
  const LinearRows& all = objective.rows();
  const auto rows = static_cast<double>(all.rows_of_all);
  const auto entries = static_cast<double>(all.ranks.sum(design.entries()));
  const auto width = static_cast<double>(objective.width()), outputs = static_cast<double>(objective.outputs());
  const bool is_sparse = design.is_sparse(), is_dense_hessian = !is_sparse || !kernels.has_sparse_hessian;
  const double blocks = outputs * (outputs + 1) / 2, size = width * outputs;
  const double pairs = rows > 0 ? entries * (entries / rows + 1) / 2 : 0;
  const double gram = blocks * (is_dense_hessian ? rates.gram * rows * width * width / 2 : rates.sparse_gram * pairs);
  const double factor = rates.factor * size * size * size / 6;
  const double pass = outputs * entries * (is_sparse ? rates.sparse_pass : rates.pass);
  const bool is_quadratic = objective.rows().is_quadratic();
  const double steps = is_quadratic ? 1 : newton_steps;
  const std::int64_t sample = RowSample::rows_for(objective);
  const double products = (is_quadratic ? 2 : 1) * (sample > 0 ? products_by_sample : products_by_diagonal);
  const double preconditioner = sample > 0 ? gram * static_cast<double>(sample) / rows + factor : 0;
  return {steps * (gram + factor + pass), steps * (preconditioner + products * pass + pass)};
}

std::string problem(const Objective& objective) {
  return fmt::format("{} rows, {} columns{}", objective.rows().rows_of_all, objective.design().columns(),
                     objective.outputs() > 1 ? fmt::format(", {} outputs", objective.outputs()) : "");
}

const char* why_no_hessian(const Objective& objective) {
  const CustomLoss* const custom = objective.rows().loss.definition().custom.get();
  if (custom && custom->mixes_rows) return "the loss mixes rows, and the curvature between them is not known";
  if (objective.outputs() > 1) return "the curvature between the loss's outputs is not known";
  return "the curvature is not that of the loss";
}

}  // namespace

Choice choose_solver(const LinearConfig& config, const Objective& objective) {
  if (config.solver != Solver::automatic) return {config.solver, "as asked"};
  if (has_corners(objective.rows().loss)) {
    constexpr std::int64_t many = 1000;
    if (objective.size() > many && takes_dual_descent(objective))
      return {Solver::dual_descent,
              fmt::format("the loss has corners, and it makes no matrix of {} weights", objective.size())};
    return {Solver::interior_point, "the loss has corners, and no curvature"};
  }
  if (objective.has_equations())
    return {Solver::newton_cholesky, "there are equations between weights, and its steps go along them"};
  if (objective.has_sorted())
    return {Solver::coordinate_descent, "SLOPE goes by the order of all weights, and its steps know that"};
  if (objective.has_groups()) return {Solver::coordinate_descent, "weights go to 0 in groups, and it takes them whole"};
  if (objective.has_bounds()) return {Solver::coordinate_descent, "weights have bounds, and it takes them as they are"};
  const LossTraits* const traits = traits_of(objective.rows().loss.definition().spec);
  // Behind a link curvatures are the expected ones, never negative.
  const bool is_scored = is_linked(objective.rows().loss.definition().spec);
  if (traits && traits->shape == LossShape::not_convex && !is_scored) return {Solver::lbfgs, "the loss is not convex"};
  // A hinge is flat or straight at most rows: Newton's method by parabolas takes a hundred steps and more there.
  if (traits && traits->is_majorised && objective.rows().loss.label_kind() == LabelKind::classes && !objective.has_l1())
    return {Solver::lbfgs, "the loss has no curvature of its own at most rows"};
  if (!objective.has_full_hessian()) return {Solver::lbfgs, why_no_hessian(objective)};
  if (objective.has_l1())
    return {Solver::coordinate_descent, "l1 leaves some features out, and it looks at few others"};
  const std::int64_t size = objective.size();
  if (size * size * std::int64_t{sizeof(double)} > most_bytes / 4)
    return {Solver::newton_cg, fmt::format("a Hessian of {} weights would be too large", size)};
  const auto [cholesky, cg] = costs_of(objective);
  const std::string costs = fmt::format("for {} about {:.2g} s by Cholesky factors, {:.2g} s by conjugate gradients",
                                        problem(objective), cholesky, cg);
  if (cholesky <= cg) return {Solver::newton_cholesky, costs};
  if (cholesky <= patience * cg) return {Solver::newton_cholesky, costs + ", and more digits"};
  if (cholesky <= patience_for_rank * cg && !objective.is_penalised())
    return {Solver::newton_cholesky, costs + ", and tells dependent columns"};
  return {Solver::newton_cg, costs};
}

}  // namespace linden
