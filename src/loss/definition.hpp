// What a Loss is made of: the part that kernels see, and what the rest of the library asks about it.
#pragma once

#include <linden/loss.hpp>
#include <span>
#include <string>

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
  std::span<const ParameterRule> parameters = {};
  std::shared_ptr<const CustomLoss> custom = nullptr;  ///< null for a built-in loss
};

/// Whether the loss is still to be chosen by the label.
inline bool is_automatic(const Loss& loss) { return loss.outputs() == 0 && loss.label_kind() == LabelKind::real; }

}  // namespace linden
