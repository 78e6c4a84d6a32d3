// A loss as kernels see it.
#pragma once

#include <cstdint>

namespace linden {

/// Which loss: its place in LossList (row_losses.hpp), as kind_of<HuberLoss> says, or one that a user wrote.
enum class LossKind : std::int8_t {
  linked = -5,    ///< a loss of the list behind a link (linked_loss.hpp): its place there is LossSpec::place
  survival = -4,  ///< a loss of times: its place in SurvivalLossList (survival_losses.hpp) is LossSpec::place
  group = -3,     ///< a loss of all rows of a group: its place in GroupLossList (group_losses.hpp) is LossSpec::place
  tape = -2,      ///< a custom loss that only the tape can evaluate: no kernel sees it
  program = -1,   ///< a custom loss as a row program (row_program.hpp)
};

/// What a program's curvature becomes.
enum class CurvatureRule : std::uint8_t {
  clamped,     ///< 0 where it is negative, as for the built-in losses
  exact,       ///< NaN where it is negative: the fit is refused
  absolute,    ///< without its sign
  one,         ///< 1
  majorising,  ///< that of a parabola which touches the loss and lies above it: Majoriser, below
};

/// The parabola's lowest point is at a centre m, the row's label or 0. At a distance e from it, with the slopes of the
/// loss at m + e and m - e, its curvature is (slope(m + e) - slope(m - e)) / (2 e): for a line plus an even function
/// about m whose slope grows no faster than e, the tightest there is (de Leeuw and Lange 2009). Huber's is an instance.
/// Nearer to m than `nearest`, e is that: where the loss has a corner, curvatures would be infinite.
struct Majoriser {
  double nearest = 0;
  bool about_label = true;
};

struct RowProgram;

struct LossSpec {
  LossKind kind{};                                   ///< the first of LossList unless it is set
  CurvatureRule curvature = CurvatureRule::clamped;  ///< of a program
  std::int8_t place = 0;                             ///< of LossKind::group, survival and linked: which of their list
  std::int8_t link = 0;                              ///< of LossKind::linked: the Link, as a number
  std::int32_t outputs = 1;                          ///< scores of a row: K for softmax, else 1
  double parameter[6] = {};                          ///< of the loss, in the order of its ParameterRules
  const RowProgram* program = nullptr;
  const double* const* program_parameters = nullptr;  ///< those that it reads by row
  Majoriser majoriser = {};                           ///< for CurvatureRule::majorising
};

}  // namespace linden
