#include "model/features/model_schema.hpp"

namespace linden {

Schema ModelSchema::schema() const {
  Schema schema;
  for (std::size_t f = 0; f < feature_names.size(); ++f)
    schema.features.push_back(
        {feature_names[f], has_categories(f), has_categories(f) ? categories[f] : std::vector<std::string>()});
  if (!label.empty()) schema.label_names = labels.empty() ? std::vector{label} : labels;
  schema.event_name = event;
  schema.group_name = group;
  if (!offset.empty() && !offset.front().empty()) schema.offset_names = offset;
  schema.classes = classes;
  schema.missing = missing;
  schema.only_missing = only_missing;
  return schema;
}

}  // namespace linden
