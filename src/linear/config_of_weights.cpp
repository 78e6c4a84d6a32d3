#include "linear/config_of_weights.hpp"

#include <string>
#include <vector>

#include "linear/config.hpp"
#include "loss/definition.hpp"
#include "model/features/named_list.hpp"
#include "model/weight_rows.hpp"

namespace linden {
namespace {

std::string text_of_sequence(const std::vector<double>& sequence) {
  return sequence.empty() ? std::string(nothing_named) : fmt::format("{}", fmt::join(sequence, ","));
}

std::vector<double> sequence_of(std::string_view field, std::string_view text) {
  std::vector<double> sequence;
  if (text == nothing_named) return sequence;
  for (std::string_view rest = text;;) {
    const std::size_t comma = rest.find(',');
    if (!read_number(without_blanks(rest.substr(0, comma)), sequence.emplace_back()))
      fail<ArgumentError>("{}: \"{}\" is not NUMBER,NUMBER,...", field, text);
    if (comma == rest.npos) return sequence;
    rest.remove_prefix(comma + 1);
  }
}

void check_sequence(std::string_view field, const std::vector<double>& sequence) {
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    if (!(sequence[i] >= 0) || !std::isfinite(sequence[i]) || (i == 0 && sequence[i] == 0))
      fail<ArgumentError>("{}: number {} is {}; it must be {} 0.", field, i, sequence[i], i == 0 ? ">" : ">=");
    if (i > 0 && sequence[i] > sequence[i - 1])
      fail<ArgumentError>("{}: number {} is {}, and the one before it {}; the sequence must not rise.", field, i,
                          sequence[i], sequence[i - 1]);
  }
}

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
  if (config.penalty.slope > 0) refuse_beside_equations("is slope");
  if (const char* const other = beside(config)) refuse_beside_equations(other);
  if (config.solver != Solver::automatic && config.solver != Solver::newton_cholesky)
    fail<ArgumentError>(
        "LinearConfig.solver is {}, which does not take equations of weights. Hint: newton_cholesky, or leave the "
        "choice to automatic.",
        name_of(config.solver));
}

void check_slope(const LinearConfig& config) {
  const ColumnPenalties& penalty = config.penalty;
  if (penalty.slope == 0) return;
  refuse_for_corners(config, "there is slope");
  if (config.l1 > 0)
    fail<ArgumentError>(
        "LinearConfig.penalty.slope: l1 is {}, too, and no solver takes both. Hint: add it to the sequence.",
        config.l1);
  const char* const other = penalty.tikhonov > 0 ? "is a matrix" : beside(config);
  if (other != nullptr)
    fail<ArgumentError>(
        "LinearConfig.penalty.slope: there {}, too, and no solver takes both. Hint: leave one of them out.", other);
  if (config.solver != Solver::automatic && config.solver != Solver::coordinate_descent)
    fail<ArgumentError>(
        "LinearConfig.solver is {}, which does not take penalty.slope. Hint: coordinate_descent, or leave the choice "
        "to automatic.",
        name_of(config.solver));
  for (const auto& [name, factor] : penalty.factors)
    if (factor != 0 && factor != 1)
      fail<ArgumentError>(
          "LinearConfig.penalty.factors: feature \"{}\" has {}, and penalty.slope takes 0 and 1. Hint: 0 leaves a "
          "column out.",
          name, factor);
}

}  // namespace

void add_penalties_of_weights(FieldTable<ColumnPenalties>& group) {
  using P = ColumnPenalties;
  group.add_number("tikhonov", &P::tikhonov, {}, "penalty on w' Q w / 2, of a matrix or of differences")
      .add_words<WeightMatrix>("matrix", &P::matrix, {text_of, weight_matrix_of, check_matrix, check_features},
                               "NAME,...:NUMBER,...", "the matrix Q of tikhonov, row by row")
      .add_words<WeightSums>("differences", &P::differences, {text_of, weight_sums_of, check_sums, check_features},
                             "NAME=NUMBER,...;NAME=NUMBER,...", "sums of weights whose squares tikhonov is on")
      .add_number("slope", &P::slope, {}, "penalty on |weights| by size, the largest first (SLOPE)")
      .add_words<std::vector<double>>(
          "sequence", &P::sequence,
          {text_of_sequence, sequence_of, check_sequence,
           [](std::string_view, const std::vector<double>&, std::span<const std::string>) {}},
          "NUMBER,NUMBER,...", "what slope is times, for the largest weight first");
}

bool has_equations(const LinearConfig& config) noexcept { return !config.constraints.equal.empty(); }

void check_weights(const LinearConfig& config) {
  check_tikhonov(config);
  check_equations_of(config);
  check_slope(config);
}

}  // namespace linden
