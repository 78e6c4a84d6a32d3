#include "boosting/file/history.hpp"

namespace linden {

void write_history(JsonWriter& json, const History& history) {
  const std::vector<MetricValue> metrics = history.empty() ? std::vector<MetricValue>{} : history.front();
  json["history"].open_object();
  json["metrics"].values(metrics, [](const MetricValue& m) -> const std::string& { return m.name; });
  json["higher_is_better"].values(metrics, [](const MetricValue& m) { return m.higher_is_better ? 1 : 0; });
  json["rounds"].open_list();
  for (const auto& round : history) json.values(round, [](const MetricValue& m) { return m.value; });
  json.close_list();
  json.close_object();
}

// In memory every round has the metrics' names again. That is a few times the file, unless someone means it ill.
History read_history(JsonReader& json) {
  constexpr std::uint64_t most_times = 64;
  History history;
  std::vector<MetricValue> metrics;
  std::uint64_t bytes = 0, bytes_a_round = sizeof metrics;
  json.open_object();
  for (const std::string& name : json["metrics"].texts()) metrics.push_back({name, 0, false});
  std::size_t known = 0;
  for (json["higher_is_better"].open_list(); json.next(); ++known) {
    if (known == metrics.size()) json.refuse("is one more than there are metrics");
    metrics[known].higher_is_better = json.whole(0, 1) == 1;
  }
  if (known != metrics.size()) json.refuse("does not have one entry a metric");
  for (const MetricValue& metric : metrics) bytes_a_round += sizeof metric + metric.name.size();
  for (json["rounds"].open_list(); json.next();) {
    bytes += bytes_a_round;
    if (bytes > most_times * json.taken()) json.refuse("repeats names that are too long");
    std::vector<MetricValue>& round = history.emplace_back(metrics);
    std::size_t m = 0;
    for (json.open_list(); json.next(); ++m) {
      if (m == round.size()) json.refuse("is one more than there are metrics");
      round[m].value = json.number();
    }
    if (m != round.size()) json.refuse("does not have one entry a metric");
  }
  json.close_object();
  return history;
}

}  // namespace linden
