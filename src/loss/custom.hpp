// What a custom loss is made of, and what training asks of it.
#pragma once

#include <linden/loss.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backend/loss/row_instructions.hpp"
#include "loss/trace/trace.hpp"

namespace linden {

struct CustomLoss {
  TensorLoss function;             ///< empty for a loss from a file
  std::vector<Tensor> parameters;  ///< as the function gets them
  bool parameters_by_row = false;  ///< whether any has one value a row
  Curvature curvature = Curvature::clamped;
  bool is_builtin = false;    ///< a built-in loss, spelt as documented and named like it: stored as that
  RowProgram program;         ///< unless there is an obstacle
  std::string obstacle;       ///< why the tape evaluates it; empty for a program
  bool is_link_only = false;  ///< link_only.hpp
  bool mixes_rows = false;
  bool knows_rows = false;    ///< the function throws on made-up rows: it can be called on those of the data alone
  bool is_of_groups = false;  ///< whether the function gives the loss of one group
  int products = 0;           ///< CustomGroupOptions::products
  bool is_untried = false;    ///< of such a function, until settled() has found out on the rows of the data
  Reduction reduction = Reduction::none;  ///< of the function's result
  double nearest = 0x1p-8;                ///< Majoriser::nearest
  std::vector<const double*> columns;     ///< the parameters by row, in the program's order
};

/// Why nothing but the link of a loss is known: "was read from a file without its function". Empty where it can be
/// evaluated.
const char* why_unknown(const CustomLoss& loss);

/// Whether it compares the rows of a group: a built-in ranking or a custom one.
bool is_of_groups(const Loss& loss);

/// Whether this link takes so many scores a row.
bool fits(Link link, int outputs);

/// The loss that a definition of these parts is; `link` and `labels` as in CustomOptions.
Loss custom_loss(std::string name, Link link, int outputs, LabelKind labels, CustomLoss parts);

/// The loss of some rows: of parameters with one value a row, theirs.
Loss loss_of_rows(const Loss& loss, std::span<const std::int64_t> rows);

/// Throws ArgumentError unless `loss` can be trained with so many rows: its function is there if it needs it, and
/// parameters have one value a row.
void check_trainable(std::string_view where, const Loss& loss, std::int64_t rows);

/// The loss with what only the rows of the data say: whether a function that throws on made-up rows mixes rows, and how
/// near to a label its majoriser goes. Throws ArgumentError, opening with `where` and naming the loss, for what the
/// function throws on these rows, and for a result without its score or of another shape.
Loss settled(std::string_view where, const Loss& loss, std::span<const double> labels);

/// The loss of each row without weights, from scores [outputs, rows]: for losses that keep rows apart.
std::vector<double> losses_of(const Loss& loss, std::span<const double> scores, std::span<const double> labels);

/// Loss, gradient and curvature of one row by the program or the tape; `row` says which value of parameters by row is
/// read.
double evaluate_custom(const Loss::Definition& loss, std::span<const double> score, double label, std::int64_t row,
                       std::span<double> gradient, std::span<double> curvature);

}  // namespace linden
