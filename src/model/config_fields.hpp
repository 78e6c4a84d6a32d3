// The fields of a configuration as one table: name, range, meaning, how to read, write and check each. Every family of
// models fills a table for its configuration; what is said about values that do not fit is the same for all.
#pragma once

#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <linden/options.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "base/other_names.hpp"
#include "loss/definition.hpp"

namespace linden {

/// Bounds of a number: from `low`, or above it, to `high`, or below it.
struct Bounds {
  double low = 0;
  bool low_open = false;
  double high = std::numeric_limits<double>::infinity();
  bool high_open = false;

  bool allow(double v) const {
    return std::isfinite(v) && (low_open ? v > low : v >= low) && (high_open ? v < high : v <= high);
  }
  std::string text() const {
    if (std::isinf(high)) return fmt::format("{} {}", low_open ? ">" : ">=", low);
    return fmt::format("{}{}, {}{}", low_open ? "(" : "[", low, high, high_open ? ")" : "]");
  }
  /// What a number must be: ">= 0", "in [1, 64]".
  std::string must() const { return (std::isinf(high) ? "" : "in ") + text(); }
};

template <class Config>
class FieldTable {
 public:
  /// `type` is what messages call the configuration: "BoostingConfig"; `others` what other libraries call its fields.
  FieldTable(std::string type, std::span<const OtherName> others) : type_(std::move(type)), others_(others) {}

  /// The field `loss`; the parameters of the loss that a configuration has follow it.
  FieldTable& add_loss(const std::vector<std::string>& names) {
    fields_.push_back(
        {"loss", fmt::format("automatic | {}", fmt::join(names, " | ")), "",
         "what to minimise; automatic: chosen by the label", [](const Config& c) { return c.loss.name(); },
         [](Config& c, std::string_view t) { c.loss = t == "automatic" ? loss::automatic() : loss::by_name(t); },
         [](const Config&) { return true; }});
    return *this;
  }

  template <class T>
  FieldTable& add_number(const std::string& name, T Config::*member, Bounds bounds, std::string meaning) {
    fields_.push_back({name, bounds.text(), bounds.must(), std::move(meaning),
                       [member](const Config& c) { return fmt::format("{}", c.*member); },
                       [this_type = type_, name, member, bounds](Config& c, std::string_view text) {
                         c.*member = parse_number<T>(this_type, name, text, bounds);
                       },
                       [=](const Config& c) { return bounds.allow(static_cast<double>(c.*member)); }});
    return *this;
  }

  /// A number that may be unset: `value` says what it is then.
  FieldTable& add_number(const std::string& name, std::optional<double> Config::*member, double (*value)(const Config&),
                         Bounds bounds, std::string meaning) {
    fields_.push_back({name, bounds.text(), bounds.must(), std::move(meaning),
                       [value](const Config& c) { return fmt::format("{}", value(c)); },
                       [this_type = type_, name, member, bounds](Config& c, std::string_view text) {
                         c.*member = parse_number<double>(this_type, name, text, bounds);
                       },
                       [=](const Config& c) { return bounds.allow(value(c)); }});
    return *this;
  }

  /// A field with some values, each of which has a name.
  template <class T>
  FieldTable& add_choice(const std::string& name, T Config::*member, std::vector<std::pair<const char*, T>> values,
                         std::string meaning, std::span<const OtherName> others = {}) {
    std::string range, must = values.front().first;
    for (std::size_t i = 0; i < values.size(); ++i) range += fmt::format("{}{}", i == 0 ? "" : " | ", values[i].first);
    for (std::size_t i = 1; i < values.size(); ++i)
      must += fmt::format("{}{}", i + 1 == values.size() ? " or " : ", ", values[i].first);
    const auto text = [=](const Config& c) -> std::string {
      for (const auto& [word, value] : values)
        if (value == c.*member) return word;
      return fmt::format("{}", static_cast<int>(c.*member));
    };
    const auto parse = [=, this_type = type_](Config& c, std::string_view wanted) {
      for (const auto& [word, value] : values)
        if (word == wanted) {
          c.*member = value;
          return;
        }
      const std::string here = here_that_is(wanted, others);
      fail<ArgumentError>("{}.{} is \"{}\"; it must be {}.{}{}", this_type, name, wanted, must, here.empty() ? "" : " ",
                          here);
    };
    const auto is_one = [=](const Config& c) {
      for (const auto& entry : values)
        if (entry.second == c.*member) return true;
      return false;
    };
    fields_.push_back({name, std::move(range), must, std::move(meaning), text, parse, is_one});
    return *this;
  }

  std::vector<FieldInfo> infos(const Config& config) const {
    std::vector<FieldInfo> infos;
    for (const Field& field : fields_) {
      infos.push_back({field.name, field.text(config), field.range, field.meaning});
      if (field.name == "loss") append_parameters(config.loss, infos);
    }
    return infos;
  }

  /// As set_field promises; a refused value leaves the configuration as it was.
  void set(Config& config, std::string_view name, std::string_view value) const {
    constexpr std::string_view prefix = loss_prefix;
    if (name.starts_with(prefix)) {
      config.loss =
          config.loss.with_parameter(name.substr(prefix.size()), parse_number<double>(type_, name, value, {}));
      return;
    }
    std::vector<std::string> names;
    for (const Field& field : fields_) {
      names.push_back(field.name);
      if (field.name != name) continue;
      Config changed = config;
      field.parse(changed, value);
      if (!field.in_range(changed)) refuse(field, value);
      config = std::move(changed);
      return;
    }
    fail<ArgumentError>("{} has no field \"{}\". {}Fields: {}.", type_, name, suggestion(name, others_, names),
                        listing(names, names.size()));
  }

  /// Refuses the first field out of its range.
  void check(const Config& config) const {
    for (const Field& field : fields_)
      if (!field.in_range(config)) refuse(field, field.text(config));
  }

 private:
  struct Field {
    std::string name, range, must, meaning;
    std::function<std::string(const Config&)> text;
    std::function<void(Config&, std::string_view)> parse;
    std::function<bool(const Config&)> in_range;
  };

  static constexpr std::string_view loss_prefix = "loss.";  // of the fields that are parameters of the loss

  [[noreturn]] void refuse(const Field& field, std::string_view value) const {
    fail<ArgumentError>("{}.{} is {}; it must be {}.", type_, field.name, value, field.must);
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

  static void append_parameters(const Loss& loss, std::vector<FieldInfo>& infos) {
    const Loss::Definition& definition = loss.definition();
    for (std::size_t i = 0; i < definition.parameters.size(); ++i) {
      const ParameterRule& rule = definition.parameters[i];
      std::string range = range_of(rule);
      if (range.starts_with("in ")) range.erase(0, 3);
      infos.push_back({fmt::format("{}{}", loss_prefix, rule.name), fmt::format("{}", definition.spec.parameter[i]),
                       std::move(range), rule.meaning});
    }
  }

  std::string type_;
  std::span<const OtherName> others_;
  std::vector<Field> fields_;
};

}  // namespace linden
