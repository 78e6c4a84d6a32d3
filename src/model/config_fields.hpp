// The fields of a configuration as one table: name, range, meaning, how to read, write and check each. Every family of
// models fills a table for its configuration; what is said about values that do not fit is the same for all. Fields
// that belong together stand in a group, which has a table of its own: "constraints.monotone", "loss.level".
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <linden/options.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "base/other_names.hpp"
#include "loss/definition.hpp"
#include "model/features/feature_values.hpp"

namespace linden {

/// Bounds of a number: from `low`, or above it, to `high`, or below it. `whole`: of whole numbers in a list of others.
struct Bounds {
  double low = 0;
  bool low_open = false;
  double high = std::numeric_limits<double>::infinity();
  bool high_open = false;
  bool whole = false;

  static Bounds at_most(double high) { return {.low = -std::numeric_limits<double>::infinity(), .high = high}; }

  bool allow(double v) const {
    return std::isfinite(v) && (low_open ? v > low : v >= low) && (high_open ? v < high : v <= high) &&
           (!whole || v == std::floor(v));
  }
  std::string text() const {
    if (std::isinf(high)) return fmt::format("{} {}", low_open ? ">" : ">=", low);
    if (std::isinf(low)) return fmt::format("{} {}", high_open ? "<" : "<=", high);
    return fmt::format("{}{}, {}{}", low_open ? "(" : "[", low, high, high_open ? ")" : "]");
  }
  /// What a number must be: ">= 0", "in [1, 64]".
  std::string must() const {
    return fmt::format("{}{}{}", whole ? "a whole number " : "", std::isinf(high) || std::isinf(low) ? "" : "in ",
                       text());
  }
};

template <class Config>
class FieldTable {
 public:
  /// `type` is what messages call the configuration: "BoostingConfig"; `others` what other libraries call its fields.
  FieldTable(std::string type, std::span<const OtherName> others) : type_(std::move(type)), others_(others) {}

  /// The field `loss`, and a group with the parameters of the loss that a configuration has.
  FieldTable& add_loss(const std::vector<std::string>& names) {
    add_field(
        "loss", fmt::format("automatic | {}", fmt::join(names, " | ")), "",
        "what to minimise; automatic: chosen by the label", [](const Config& c) { return c.loss.name(); },
        [](Config& c, std::string_view t) { c.loss = t == "automatic" ? loss::automatic() : loss::by_name(t); },
        [](const Config&) { return true; });
    Part part{.name = "loss", .is_group = true};
    part.append = [](const Config& c, const std::string& prefix, std::vector<FieldInfo>& infos) {
      append_parameters(c.loss, prefix, infos);
    };
    part.set = [type = type_ + ".loss"](Config& c, std::string_view name, std::string_view text) {
      std::vector<double> values;  // one, but for parameters that have several
      for (std::string_view rest = text;;) {
        const std::size_t comma = takes_several(c.loss, name) ? rest.find(',') : rest.npos;
        values.push_back(parse_number<double>(type, name, rest.substr(0, comma), {}));
        if (comma == rest.npos) break;
        rest.remove_prefix(comma + 1);
      }
      c.loss = c.loss.with_parameter(name, values);
    };
    return add(std::move(part));
  }

  template <class T>
  FieldTable& add_number(const std::string& name, T Config::*member, Bounds bounds, std::string meaning) {
    return add_field(
        name, bounds.text(), bounds.must(), std::move(meaning),
        [member](const Config& c) { return text_of(c.*member); },
        [type = type_, name, member, bounds](Config& c, std::string_view text) {
          c.*member = parse_number<T>(type, name, text, bounds);
        },
        [=](const Config& c) { return bounds.allow(static_cast<double>(c.*member)); });
  }

  /// A number that may be unset, "automatic".
  template <class T>
  FieldTable& add_number(const std::string& name, std::optional<T> Config::*member, Bounds bounds,
                         std::string meaning) {
    return add_field(
        name, "automatic | " + bounds.text(), bounds.must(), std::move(meaning),
        [member](const Config& c) { return c.*member ? text_of(*(c.*member)) : "automatic"; },
        [type = type_, name, member, bounds](Config& c, std::string_view text) {
          c.*member = text == "automatic" ? std::nullopt : std::optional(parse_number<T>(type, name, text, bounds));
        },
        [=](const Config& c) { return !(c.*member) || bounds.allow(static_cast<double>(*(c.*member))); });
  }

  /// A field with some values, each of which has a name.
  template <class T>
  FieldTable& add_choice(const std::string& name, T Config::*member, std::vector<std::pair<const char*, T>> values,
                         std::string meaning, std::span<const OtherName> others = {}) {
    std::vector<std::string> words;
    for (const auto& value : values) words.push_back(value.first);
    const auto text = [=](const Config& c) -> std::string {
      for (const auto& [word, value] : values)
        if (value == c.*member) return word;
      if constexpr (std::is_enum_v<T>)
        return fmt::format("{}", static_cast<int>(c.*member));
      else
        return "unknown";
    };
    const std::string must = one_of(words);
    const auto parse = [=, type = type_](Config& c, std::string_view wanted) {
      for (const auto& [word, value] : values)
        if (word == wanted) {
          c.*member = value;
          return;
        }
      const std::string here = here_that_is(wanted, others);
      fail<ArgumentError>("{}.{} is \"{}\"; it must be {}.{}{}", type, name, wanted, must, here.empty() ? "" : " ",
                          here);
    };
    const auto is_one = [=](const Config& c) {
      return std::ranges::any_of(values, [&](const auto& entry) { return entry.second == c.*member; });
    };
    return add_field(name, fmt::format("{}", fmt::join(words, " | ")), must, std::move(meaning), text, parse, is_one);
  }

  /// Values for features by name, each of which must be one of `allowed`.
  FieldTable& add_features(const std::string& name, FeatureValues Config::*member, const std::vector<double>& allowed,
                           std::string meaning) {
    std::vector<std::string> words;
    for (const double value : allowed) words.push_back(fmt::format("{}", value));
    return add_features(name, member, fmt::format("{}", fmt::join(words, "|")), one_of(words), std::move(meaning),
                        [=](double value) { return std::ranges::find(allowed, value) != allowed.end(); });
  }
  /// The same, each within bounds.
  FieldTable& add_features(const std::string& name, FeatureValues Config::*member, Bounds bounds, std::string meaning) {
    return add_features(name, member, "NUMBER", bounds.must(), std::move(meaning),
                        [=](double value) { return bounds.allow(value); });
  }

  /// A field of another type: as text, from text, and refused (all but the first open with the field, as messages call
  /// it) where it is not as it must be, or does not go with the features of the data.
  template <class T>
  struct Words {
    std::string (*text)(const T&);
    T (*parse)(std::string_view field, std::string_view text);
    void (*check)(std::string_view field, const T&);
    void (*check_features)(std::string_view field, const T&, std::span<const std::string> features);
  };
  template <class T>
  FieldTable& add_words(const std::string& name, T Config::*member, const Words<T>& words, std::string range,
                        std::string meaning) {
    const std::string field = type_ + "." + name;
    Part part{.name = name};
    part.append = [=](const Config& c, const std::string& prefix, std::vector<FieldInfo>& infos) {
      infos.push_back({prefix + name, words.text(c.*member), range, meaning});
    };
    part.check = [=](const Config& c) { words.check(field, c.*member); };
    part.set = [=](Config& c, std::string_view, std::string_view text) {
      c.*member = words.parse(field, text);
      words.check(field, c.*member);
    };
    part.check_features = [=](const Config& c, std::span<const std::string> features) {
      words.check_features(field, c.*member, features);
    };
    return add(std::move(part));
  }

  /// Values for classes of the label by name, each within the bounds.
  FieldTable& add_classes(const std::string& name, FeatureValues Config::*member, Bounds bounds, std::string meaning) {
    return add(named_values(name, "class", member, "NUMBER", bounds.must(), std::move(meaning),
                            [bounds](double value) { return bounds.allow(value); }));
  }

  /// A member with fields of its own, which `fill` adds to its table: "constraints.monotone".
  template <class Group>
  FieldTable& add_group(const std::string& name, Group Config::*member, void (*fill)(FieldTable<Group>&)) {
    FieldTable<Group> table(type_ + "." + name, {});
    fill(table);
    Part part{.name = name, .is_group = true};
    part.append = [=](const Config& c, const std::string& prefix, std::vector<FieldInfo>& infos) {
      table.append(c.*member, prefix, infos);
    };
    part.set = [=](Config& c, std::string_view field, std::string_view text) { table.set(c.*member, field, text); };
    part.check = [=](const Config& c) { table.check(c.*member); };
    part.check_features = [=](const Config& c, std::span<const std::string> features) {
      table.check_features(c.*member, features);
    };
    return add(std::move(part));
  }

  std::vector<FieldInfo> infos(const Config& config) const {
    std::vector<FieldInfo> infos;
    append(config, "", infos);
    return infos;
  }

  /// As set_field promises; a refused value leaves the configuration as it was.
  void set(Config& config, std::string_view name, std::string_view value) const {
    const std::size_t point = name.find('.');
    const bool is_within = point != name.npos;
    for (const Part& part : parts_) {
      if (part.name != name.substr(0, point) || part.is_group != is_within) continue;
      Config changed = config;
      part.set(changed, is_within ? name.substr(point + 1) : name, value);
      config = std::move(changed);
      return;
    }
    std::vector<std::string> names;
    for (const FieldInfo& field : infos(config)) names.push_back(field.name);
    fail<ArgumentError>("{} has no field \"{}\". {}Fields: {}.", type_, name, suggestion(name, others_, names),
                        listing(names, names.size()));
  }

  /// Refuses the first field out of its range.
  void check(const Config& config) const {
    for (const Part& part : parts_)
      if (part.check) part.check(config);
  }

  /// Refuses the first value for a feature that is none of these.
  void check_features(const Config& config, std::span<const std::string> features) const {
    for (const Part& part : parts_)
      if (part.check_features) part.check_features(config, features);
  }

 private:
  template <class>
  friend class FieldTable;

  /// A field, or a group of them. `set` gets the name behind the group's; what a part has no need of is empty.
  struct Part {
    std::string name = {};
    bool is_group = false;
    std::function<void(const Config&, const std::string& prefix, std::vector<FieldInfo>&)> append = {};
    std::function<void(Config&, std::string_view name, std::string_view text)> set = {};
    std::function<void(const Config&)> check = {};
    std::function<void(const Config&, std::span<const std::string>)> check_features = {};
  };

  /// `what` has the names: a feature, a class.
  template <class Allows>
  Part named_values(const std::string& name, const std::string& what, FeatureValues Config::*member,
                    const std::string& value_range, std::string must, std::string meaning, Allows allows) const {
    const std::string field = type_ + "." + name, range = fmt::format("NAME={},...", value_range);
    Part part{.name = name};
    part.append = [=](const Config& c, const std::string& prefix, std::vector<FieldInfo>& infos) {
      infos.push_back({prefix + name, linden::text_of(c.*member), range, meaning});
    };
    part.check = [=](const Config& c) {
      std::unordered_set<std::string_view> seen;
      for (const auto& [named, value] : c.*member) {
        if (!allows(value))
          fail<ArgumentError>("{}: {} \"{}\" has {}; it must be {}.", field, what, named, value, must);
        if (!seen.insert(named).second)
          fail<ArgumentError>("{}: {} \"{}\" is there twice. Hint: leave one out.", field, what, named);
      }
    };
    part.set = [=, check = part.check](Config& c, std::string_view, std::string_view text) {
      c.*member = feature_values_of(field, text);
      check(c);
    };
    return part;
  }

  FieldTable& add(Part part) {
    parts_.push_back(std::move(part));
    return *this;
  }

  template <class Text, class Parse, class InRange>
  FieldTable& add_field(std::string name, std::string range, std::string must, std::string meaning, Text text,
                        Parse parse, InRange in_range) {
    const auto check = [=, type = type_](const Config& c, std::string_view value) {
      if (!in_range(c)) fail<ArgumentError>("{}.{} is {}; it must be {}.", type, name, value, must);
    };
    Part part{.name = name};
    part.append = [=](const Config& c, const std::string& prefix, std::vector<FieldInfo>& infos) {
      infos.push_back({prefix + name, text(c), range, meaning});
    };
    part.set = [=](Config& c, std::string_view, std::string_view value) {
      parse(c, value);
      check(c, value);
    };
    part.check = [=](const Config& c) { check(c, text(c)); };
    return add(std::move(part));
  }

  template <class Allows>
  FieldTable& add_features(const std::string& name, FeatureValues Config::*member, const std::string& value_range,
                           std::string must, std::string meaning, Allows allows) {
    Part part =
        named_values(name, "feature", member, value_range, std::move(must), std::move(meaning), std::move(allows));
    part.check_features = [member, field = type_ + "." + name](const Config& c, std::span<const std::string> features) {
      linden::check_features(field, c.*member, features);
    };
    return add(std::move(part));
  }

  void append(const Config& config, const std::string& prefix, std::vector<FieldInfo>& infos) const {
    for (const Part& part : parts_) part.append(config, part.is_group ? prefix + part.name + "." : prefix, infos);
  }

  /// Of -0, which is 0, no bytes tell.
  template <class T>
  static std::string text_of(T value) {
    return std::is_floating_point_v<T> ? fmt::format("{}", value + T{0}) : fmt::format("{}", value);
  }

  /// "a, b or c".
  static std::string one_of(const std::vector<std::string>& words) {
    std::string text = words.front();
    for (std::size_t i = 1; i < words.size(); ++i) text += (i + 1 == words.size() ? " or " : ", ") + words[i];
    return text;
  }

  template <class T>
  static T parse_number(std::string_view type, std::string_view name, std::string_view text, const Bounds& bounds) {
    constexpr bool is_integral = std::is_integral_v<T>;
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_whole_text = end == text.data() + text.size();
    if (error == std::errc{} && is_whole_text) return value;
    // With an unsigned type from_chars takes no sign.
    const bool is_negative = std::is_unsigned_v<T> && text.size() > 1 && text.starts_with('-') &&
                             text.find_first_not_of("0123456789", 1) == text.npos;
    if (!is_negative && !(error == std::errc::result_out_of_range && is_whole_text))
      fail<ArgumentError>("{}.{}: \"{}\" is not a {}number.", type, name, text, is_integral ? "whole " : "");
    if (!is_integral)
      fail<ArgumentError>(
          "{}.{} is {}, which is out of range: sizes of numbers other than 0 are from 2.3e-308 to 1.7e308.", type, name,
          text);
    const std::string most =
        std::isinf(bounds.high) ? fmt::format(" and at most {}", std::numeric_limits<T>::max()) : "";
    fail<ArgumentError>("{}.{} is {}; it must be {}{}.", type, name, text, bounds.must(), most);
  }

  static bool takes_several(const Loss& loss, std::string_view name) {
    return std::ranges::any_of(loss.definition().parameters,
                               [&](const ParameterRule& rule) { return rule.name == name && rule.is_list; });
  }

  static void append_parameters(const Loss& loss, const std::string& prefix, std::vector<FieldInfo>& infos) {
    const Loss::Definition& definition = loss.definition();
    for (std::size_t i = 0; i < definition.parameters.size(); ++i) {
      const ParameterRule& rule = definition.parameters[i];
      std::string range = range_of(rule);
      if (range.starts_with("in ")) range.erase(0, 3);
      if (rule.is_list) range += ", or several";
      infos.push_back({prefix + rule.name,
                       i == 0 && !definition.levels.empty() ? fmt::format("{}", fmt::join(definition.levels, ","))
                                                            : fmt::format("{}", definition.spec.parameter[i]),
                       std::move(range), rule.meaning});
    }
  }

  std::string type_;
  std::span<const OtherName> others_;
  std::vector<Part> parts_;
};

}  // namespace linden
