#include "model/training_data.hpp"

#include <algorithm>
#include <utility>

#include "base/fail.hpp"
#include "data/dataset/builder.hpp"
#include "loss/custom.hpp"
#include "model/features/check_names.hpp"
#include "model/offsets.hpp"

namespace linden {

void check_training_data(std::string_view where, const Dataset& train, int features) {
  if (train.rows() == 0) fail<DataError>("{}: the data has no rows.", where);
  if (features == 0) fail<DataError>("{}: the data has no features.", where);
  const std::span<const double> weights = weights_of(train);
  if (!weights.empty() && std::ranges::none_of(weights, [](double weight) { return weight > 0; }))
    fail<DataError>("{}: all weights are zero.", where);
}

Labels checked_labels(std::string_view where, const Dataset& train, const Loss& loss) {
  Labels labels = training_labels(where, train, loss);
  check_trainable(where, labels.loss, train.rows());
  check_groups(where, labels.loss, train);
  return labels;
}

void check_groups(std::string_view where, const Loss& loss, const Dataset& data) {
  if (!is_of_groups(loss) || data.has_groups()) return;
  fail<DataError>(
      "{}: loss {} compares the rows of a group, and the data says not which rows are of one. Hint: name the column "
      "that does, .group = \"query\"; in libsvm files it is words qid:7; with rows in memory, .groups.",
      where, loss.name());
}

std::span<const double> weights_of(const Dataset& train) {
  return train.weight().elements() > 0 ? train.weight().span<const double>() : std::span<const double>();
}

ModelSchema schema_of(std::string_view where, const Dataset& train, const Labels& labels,
                      std::vector<std::string> feature_names) {
  check_names(where, "feature", feature_names);
  check_names(where, "event", {&DatasetBuilder::state(train).event_name, 1});
  check_names(where, "group", {&DatasetBuilder::state(train).group_name, 1});
  check_names(where, "offset", DatasetBuilder::state(train).offset_names);
  ModelSchema schema;
  schema.feature_names = std::move(feature_names);
  schema.label = train.label_name();
  if (train.label_names().size() > 1) schema.labels = train.label_names();
  schema.event = DatasetBuilder::state(train).event_name;
  schema.group = DatasetBuilder::state(train).group_name;
  schema.offset = names_of_offsets(train);
  schema.classes = labels.classes;
  schema.missing = DatasetBuilder::state(train).missing;
  schema.only_missing = DatasetBuilder::state(train).only_missing;
  return schema;
}

}  // namespace linden
