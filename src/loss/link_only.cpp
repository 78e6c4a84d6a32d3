#include "loss/link_only.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "base/utf8.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/distribution.hpp"

namespace linden {

Loss link_only_loss(const std::string& name, Link link, int outputs, LabelKind labels) {
  const std::vector<std::string> ours = loss::names();
  if (name.empty() || !is_utf8(name) || std::ranges::find(ours, name) != ours.end())
    fail<ArgumentError>(
        "a loss known by its link alone: its name is \"{}\", but it must be UTF-8 text that is not empty, and no loss "
        "of this library.",
        name);
  if (outputs < 1 || (link == Link::softmax && outputs < 2) || (is_of_distribution(link) && outputs != 2))
    fail<ArgumentError>("loss \"{}\", known by its link alone: link {} does not take {} output(s).", name,
                        name_of(link), outputs);
  CustomLoss parts;
  parts.obstacle = "only its link is known";
  parts.is_link_only = true;
  return custom_loss(name, link, outputs, labels, std::move(parts));
}

bool is_link_only(const Loss& loss) {
  const CustomLoss* const custom = loss.definition().custom.get();
  return custom != nullptr && custom->is_link_only;
}

}  // namespace linden
