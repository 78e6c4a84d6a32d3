// Which fields of a configuration a file, or a line for people, states: all but those of groups, and those that came
// later, that have their defaults. So what is added is nowhere to be seen until somebody uses it, and files keep their
// bytes.
#pragma once

#include <linden/options.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace linden {

/// Whether a field is stated only where it has not its default: in a group, or one that came later. The parameters of
/// a loss are part of what a loss is: they are always stated.
inline bool is_stated_if_set(std::string_view field) {
  return field == "link" || field == "formula" || field == "missing_values" ||
         (field.find('.') != field.npos && !field.starts_with("loss."));
}

template <class Config>
std::vector<FieldInfo> stated_fields(const Config& config) {
  std::vector<FieldInfo> stated;
  Config unset;
  unset.loss = config.loss;  // the same loss has the same fields
  const std::vector<FieldInfo> defaults = fields(unset);
  std::size_t i = 0;
  for (FieldInfo& field : fields(config)) {
    const bool is_default = field.value == defaults[i++].value;
    if (!is_default || !is_stated_if_set(field.name)) stated.push_back(std::move(field));
  }
  return stated;
}

}  // namespace linden
