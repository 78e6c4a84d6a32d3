#include "boosting/file/category_groups_list.hpp"

#include "base/fail.hpp"
#include "boosting/bins/category_groups.hpp"

namespace linden {
namespace {

std::vector<int> read_lowest_codes(JsonReader& json, std::int64_t known) {
  std::vector<int> groups;
  for (json.open_list(); json.next();) {
    const auto code = static_cast<std::int64_t>(groups.size());
    const std::int64_t lowest = json.whole(-1, known - 1);
    if (lowest > code || (lowest >= 0 && lowest < code && groups[lowest] != lowest))
      json.refuse(fmt::format("is {}, which is not the lowest of a group", lowest));
    groups.push_back(static_cast<int>(lowest));
  }
  if (std::ssize(groups) != known) json.refuse(fmt::format("has {} entries for {} categories", groups.size(), known));
  return groups;
}

}  // namespace

void write_groups(JsonWriter& json, const CategoryGroups& groups) {
  json["category_groups"].open_list();
  for (std::size_t f = 0; f < groups.size(); ++f) {
    if (groups[f].empty()) continue;
    json.open_object();
    json["feature"].value(static_cast<std::int64_t>(f));
    json["lowest_codes"].values(groups[f]);
    json.close_object();
  }
  json.close_list();
}

CategoryGroups read_groups(JsonReader& json, const ModelSchema& known) {
  CategoryGroups groups(known.feature_names.size());
  for (json.open_list(); json.next();) {
    json.open_object();
    const auto feature = static_cast<std::size_t>(json["feature"].whole(0, std::ssize(groups) - 1));
    if (!groups[feature].empty()) json.refuse("has its groups twice");
    groups[feature] = read_lowest_codes(json["lowest_codes"], std::ssize(known.categories[feature]));
    json.close_object();
  }
  return groups;
}

// A node's set has one bit a group, and save never writes more groups than a feature can have bins.
void check_groups(const JsonReader& json, const ModelSchema& known, const CategoryGroups& groups) {
  constexpr std::int64_t most_groups = 256;
  for (std::size_t f = 0; f < groups.size(); ++f) {
    const std::int64_t count = group_count(groups[f], known.categories[f].size());
    if (count > most_groups)
      json.refuse(fmt::format("gives feature {} {} groups, more than {}", f, count, most_groups));
  }
}

}  // namespace linden
