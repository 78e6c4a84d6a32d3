#include "boosting/model/config/forced_splits.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/fail.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace linden {
namespace {

constexpr std::string_view no_splits = "none";
constexpr int most_levels = 64;

void write(JsonWriter& json, const ForcedSplit& split) {
  json.open_object();
  json["feature"].value(split.feature);
  if (split.categories.empty())
    json["threshold"].value(split.threshold + 0.0);
  else
    json["categories"].values(split.categories);
  for (const auto& [name, side] : {std::pair("left", &split.left), std::pair("right", &split.right)})
    if (!side->empty()) write(json[name], side->front());
  json.close_object();
}

ForcedSplit read(JsonReader& json, int level) {
  if (level > most_levels) json.refuse(fmt::format("is more than {} splits below the root", most_levels));
  ForcedSplit split;
  json.open_object();
  bool has_feature = false, has_threshold = false;
  for (std::string name; json.next_member(name);) {
    if (name == "feature") {
      if (!json.is_text()) json.refuse("must be the name of a feature");
      split.feature = json.text();
      has_feature = true;
    } else if (name == "threshold") {
      split.threshold = json.finite();
      has_threshold = true;
    } else if (name == "categories") {
      split.categories = json.texts();
    } else if (name == "left" || name == "right") {
      (name == "left" ? split.left : split.right).push_back(read(json, level + 1));
    } else {
      json.refuse("is unknown; a split has feature, threshold or categories, left and right");
    }
  }
  if (!has_feature) json.refuse("has no feature");
  if (has_threshold == !split.categories.empty()) json.refuse("must have either a threshold or categories");
  return split;
}

// JSON without what stands between its parts.
std::string closed_up(std::string_view text) {
  std::string closed;
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_quoted || std::strchr(" \t\r\n", c) == nullptr || c == 0) closed += c;
    if (c == '"') is_quoted = !is_quoted;
    if (c == '\\' && is_quoted && i + 1 < text.size()) closed += text[++i];
  }
  return closed;
}

template <class Visit>
void each_split(const std::vector<ForcedSplit>& splits, const Visit& visit) {
  for (const ForcedSplit& split : splits) {
    visit(split);
    each_split(split.left, visit);
    each_split(split.right, visit);
  }
}

}  // namespace

std::string text_of(const std::vector<ForcedSplit>& splits) {
  if (splits.empty()) return std::string(no_splits);
  std::string text;
  JsonWriter json([&](std::string_view part) { text += part; });
  write(json, splits.front());
  json.flush();
  return text;
}

std::vector<ForcedSplit> forced_splits_of(std::string_view field, std::string_view text) {
  if (text == no_splits) return {};
  std::string rest = closed_up(text);
  std::size_t taken = 0;
  JsonReader json(
      [&](char* block, std::size_t most) {
        const std::size_t count = std::min(most, rest.size() - taken);
        std::memcpy(block, rest.data() + taken, count);
        taken += count;
        return count;
      },
      std::string(field));
  try {
    std::vector<ForcedSplit> splits{read(json, 0)};
    if (json.bytes().peek() != ByteReader::end) json.refuse("has something behind it");
    return splits;
  } catch (const FileError& error) {
    fail<ArgumentError>(
        "{} Hint: {{\"feature\":\"age\",\"threshold\":30,\"left\":{{...}},\"right\":{{...}}}}, or none.", error.what());
  }
}

void check_forced_splits(std::string_view field, const std::vector<ForcedSplit>& splits) {
  const auto check_one = [&](const std::vector<ForcedSplit>& of_node) {
    if (of_node.size() > 1) fail<ArgumentError>("{}: {} splits of one node; there may be one.", field, of_node.size());
  };
  check_one(splits);
  each_split(splits, [&](const ForcedSplit& split) {
    check_one(split.left);
    check_one(split.right);
    if (!std::isfinite(split.threshold))
      fail<ArgumentError>("{}: the threshold of feature \"{}\" is {}; it must be finite.", field, split.feature,
                          split.threshold);
    if (!split.categories.empty() && split.threshold != 0)
      fail<ArgumentError>("{}: the split by feature \"{}\" has a threshold and categories. Hint: leave one out.", field,
                          split.feature);
  });
}

void check_features(std::string_view field, const std::vector<ForcedSplit>& splits,
                    std::span<const std::string> features) {
  each_split(splits, [&](const ForcedSplit& split) {
    if (std::ranges::find(features, split.feature) == features.end())
      fail<ArgumentError>("{}: the data has no feature \"{}\". {}Features: {}.", field, split.feature,
                          did_you_mean(split.feature, features), listing(features));
  });
}

}  // namespace linden
