#include "boosting/file/baseline.hpp"

#include <algorithm>

namespace linden {

void write_baseline(JsonWriter& json, const BaselineHazard& baseline) {
  json["baseline"].open_object();
  json["times"].values(baseline.times);
  json["hazards"].values(baseline.hazards);
  json.close_object();
}

BaselineHazard read_baseline(JsonReader& json, const Loss& loss) {
  if (loss.label_kind() != LabelKind::times) json.refuse("does not go with the loss");
  BaselineHazard baseline;
  json.open_object();
  baseline.times = json["times"].finites();
  baseline.hazards = json["hazards"].finites();
  if (baseline.times.size() != baseline.hazards.size()) json.refuse("does not have one entry a time");
  if (!std::ranges::is_sorted(baseline.times) || !std::ranges::is_sorted(baseline.hazards) ||
      (!baseline.hazards.empty() && baseline.hazards.front() < 0))
    json.refuse("does not ascend");
  json.close_object();
  return baseline;
}

}  // namespace linden
