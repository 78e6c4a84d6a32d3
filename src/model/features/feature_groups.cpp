#include "model/features/feature_groups.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/fail.hpp"
#include "model/features/quoted_name.hpp"

namespace linden {
namespace {

constexpr std::string_view no_groups = "none";
constexpr std::string_view marks = ",;";

}  // namespace

std::string text_of(const FeatureGroups& groups) {
  std::string text;
  for (const std::vector<std::string>& group : groups) {
    if (!text.empty()) text += ';';
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (i > 0) text += ',';
      text += quoted_where_needed(group[i], marks);
    }
  }
  if (groups.empty()) return std::string(no_groups);
  return text == no_groups ? '"' + text + '"' : text;  // a feature of that name
}

FeatureGroups feature_groups_of(std::string_view field, const std::string_view all) {
  FeatureGroups groups;
  if (all == no_groups) return groups;
  groups.emplace_back();
  std::string_view text = all;
  for (;;) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(name_blanks)));
    const std::size_t end = text.starts_with('"') ? end_of_quoted(text) : text.find_first_of(marks);
    const std::string_view name = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end));
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(name_blanks)));
    if (without_blanks(name).empty() || (!text.empty() && marks.find(text.front()) == marks.npos))
      fail<ArgumentError>(
          "{}: \"{}\" is not NAME,NAME,...;NAME,... Hint: a semicolon stands between groups; a name with a comma or a "
          "semicolon in it stands in double quotes.",
          field, all);
    groups.back().push_back(unquoted(without_blanks(name)));
    if (text.empty()) return groups;
    if (text.front() == ';') groups.emplace_back();
    text.remove_prefix(1);
  }
}

void check_groups(std::string_view field, const FeatureGroups& groups) {
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (groups[g].empty()) fail<ArgumentError>("{}: group {} has no feature. Hint: leave it out.", field, g);
    std::unordered_set<std::string_view> seen;
    for (const std::string& feature : groups[g])
      if (!seen.insert(feature).second)
        fail<ArgumentError>("{}: feature \"{}\" is twice in group {}. Hint: leave one out.", field, feature, g);
  }
}

void check_features(std::string_view field, const FeatureGroups& groups, std::span<const std::string> features) {
  if (groups.empty()) return;
  const std::unordered_set<std::string_view> known(features.begin(), features.end());
  for (const std::vector<std::string>& group : groups)
    for (const std::string& feature : group)
      if (!known.contains(feature))
        fail<ArgumentError>("{}: the data has no feature \"{}\". {}Features: {}.", field, feature,
                            did_you_mean(feature, features), listing(features));
}

}  // namespace linden
