// A loss of which only name and link are known, as models of other libraries have it where none of ours is theirs: it
// turns scores into predictions, and neither trains nor evaluates.
#pragma once

#include <linden/loss.hpp>
#include <string>

namespace linden {

/// `name` is what the model calls it ("rank:pairwise"). `outputs` are the scores of a row: softmax wants two or more,
/// other links take any number, each score for itself. LabelKind::classes says that the most probable one is the
/// answer: of two classes for one output, else of as many as there are outputs. Throws ArgumentError for a name that is
/// empty, not UTF-8 or that of one of our losses, and for outputs that the link does not take.
Loss link_only_loss(const std::string& name, Link link, int outputs, LabelKind labels);

/// Whether a loss was made by that.
bool is_link_only(const Loss& loss);

}  // namespace linden
