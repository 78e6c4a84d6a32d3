// What a Loss is made of: the part that kernels see, and what the rest of the library asks about it.
#pragma once

#include <linden/loss.hpp>
#include <span>
#include <string>
#include <vector>

#include "backend/loss/row_losses.hpp"

namespace linden {

/// The values that a rule allows: "in (0, 1)", "> 0".
std::string range_of(const ParameterRule& rule);

struct CustomLoss;  // custom.hpp

struct Loss::Definition {
  LossSpec spec;  ///< outputs is 0 for softmax without a number of classes
  std::string name;
  Link link = Link::identity;
  LabelKind label_kind = LabelKind::real;
  int classes = 0;
  int labels =
      1;  ///< of a row; where there are more, each has a score of its own, and labels of two classes are 0 and 1
  std::span<const ParameterRule> parameters = {};
  std::vector<double> levels = {};  ///< where the first parameter has several values: those, of an output each
  std::shared_ptr<const CustomLoss> custom = nullptr;  ///< null for a built-in loss
};

/// The loss of rows of so many labels: of each the same, of a score of its own. Throws ArgumentError, opening with
/// `where`, for a loss that takes one label alone.
Loss of_labels(std::string_view where, const Loss& loss, int labels);
/// Whether each output is a loss of one score by itself: of a label, or at a level, of its own.
inline bool is_by_output(const Loss::Definition& loss) { return loss.labels > 1 || !loss.levels.empty(); }
/// The loss of an output of such a one, and what kernels see of it. Of any other the loss itself.
Loss of_output(const Loss& loss, int output);
LossSpec spec_of_output(const Loss::Definition& loss, int output);

/// Whether it is a built-in loss of survival, whose labels are times.
inline bool is_of_times(const Loss& loss) { return loss.definition().spec.kind == LossKind::survival; }

/// Whether it is Cox's, which goes by the order of times alone.
bool compares_times(const Loss& loss);

/// Whether it is a built-in loss of lines that meet in corners.
inline bool has_corners(const Loss& loss) {
  const LossTraits* const traits = traits_of(loss.definition().spec);
  return traits != nullptr && traits->shape == LossShape::cornered;
}

/// Whether the loss is still to be chosen by the label.
inline bool is_automatic(const Loss& loss) { return loss.outputs() == 0 && loss.label_kind() == LabelKind::real; }

}  // namespace linden
