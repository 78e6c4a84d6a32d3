// What a Loss is made of: the part that kernels see, and what the rest of the library asks about it.
#pragma once

#include <linden/loss.hpp>
#include <string>

#include "backend/row_losses.hpp"

namespace linden {

struct Loss::Definition {
  LossSpec spec;  ///< outputs is 0 for softmax without a number of classes
  std::string name;
  Link link = Link::identity;
  LabelKind label_kind = LabelKind::real;
  int classes = 0;
};

}  // namespace linden
