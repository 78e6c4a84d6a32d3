// BoostingConfig's fields as one table: name, range, meaning, how to read, write and check each.
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <linden/boosting.hpp>

#include "base/fail.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

struct Field {
  std::string name, range, meaning;
  std::function<std::string(const BoostingConfig&)> text;
  std::function<void(BoostingConfig&, std::string_view)> parse;
  std::function<bool(const BoostingConfig&)> in_range;
};

[[noreturn]] void refuse(const Field& field, std::string_view value) {
  fail<ArgumentError>("BoostingConfig.{} is {}; it must be {}{}.", field.name, value,
                      field.range.front() == '(' || field.range.front() == '[' ? "in " : "", field.range);
}

template <class T>
T parse_number(std::string_view name, std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty())
    fail<ArgumentError>("BoostingConfig.{}: \"{}\" is not a {}number.", name, text,
                        std::is_integral_v<T> ? "whole " : "");
  return value;
}

// A number with bounds. An open lower bound is 0 itself excluded.
template <class T>
Field number(std::string name, T BoostingConfig::*member, double low, bool low_open, double high, std::string meaning) {
  const std::string range = std::isinf(high) ? fmt::format("{} {}", low_open ? ">" : ">=", low)
                                             : fmt::format("{}{}, {}]", low_open ? "(" : "[", low, high);
  Field field{name, range, std::move(meaning), {}, {}, {}};
  field.text = [member](const BoostingConfig& c) { return fmt::format("{}", c.*member); };
  field.in_range = [=](const BoostingConfig& c) {
    const auto v = static_cast<double>(c.*member);
    return (low_open ? v > low : v >= low) && v <= high && std::isfinite(v);
  };
  field.parse = [name, member](BoostingConfig& c, std::string_view text) { c.*member = parse_number<T>(name, text); };
  return field;
}

const std::vector<Field>& table() {
  constexpr double unbounded = std::numeric_limits<double>::infinity();
  using C = BoostingConfig;
  static const std::vector<Field> fields = {
      {"loss", fmt::format("{}", fmt::join(loss::names(), " | ")), "what to minimise",
       [](const C& c) { return c.loss.name(); }, [](C& c, std::string_view t) { c.loss = loss::by_name(t); },
       [](const C&) { return true; }},
      number("rounds", &C::rounds, 1, false, 1'000'000, "trees for each output"),
      number("learning_rate", &C::learning_rate, 0, true, 1, "factor on every leaf value"),
      {"growth", "leaf_wise | level_wise", "which leaf is split next: the best one, or all of a level",
       [](const C& c) { return c.growth == Growth::leaf_wise ? "leaf_wise" : "level_wise"; },
       [](C& c, std::string_view t) {
         if (t != "leaf_wise" && t != "level_wise")
           fail<ArgumentError>("BoostingConfig.growth is \"{}\"; it must be leaf_wise or level_wise.", t);
         c.growth = t == "leaf_wise" ? Growth::leaf_wise : Growth::level_wise;
       },
       [](const C&) { return true; }},
      number("max_leaves", &C::max_leaves, 2, false, 1 << 20, "leaves of a tree"),
      number("max_depth", &C::max_depth, 0, false, 64, "splits on the way to a leaf; 0: no limit"),
      number("max_bins", &C::max_bins, 4, false, 256, "bins of a feature, the one for missing values counted"),
      number("l1", &C::l1, 0, false, unbounded, "penalty on |leaf value|"),
      number("l2", &C::l2, 0, false, unbounded, "penalty on leaf value^2 / 2"),
      number("min_gain", &C::min_gain, 0, false, unbounded, "a split must gain more than this"),
      number("min_child_weight", &C::min_child_weight, 0, false, unbounded, "smallest sum of curvatures in a leaf"),
      number("min_rows_in_leaf", &C::min_rows_in_leaf, 1, false, std::numeric_limits<int>::max(),
             "smallest number of rows in a leaf"),
      number("row_fraction", &C::row_fraction, 0, true, 1, "rows drawn without replacement for each tree"),
      number("feature_fraction", &C::feature_fraction, 0, true, 1, "features drawn without replacement for each tree"),
      number("seed", &C::seed, 0, false, unbounded, "for the two draws"),
  };
  return fields;
}

constexpr std::string_view loss_prefix = "loss.";  // of the fields that are parameters of the loss

void append_parameters(const Loss& loss, std::vector<FieldInfo>& infos) {
  const Loss::Definition& definition = loss.definition();
  for (std::size_t i = 0; i < definition.parameters.size(); ++i) {
    const ParameterRule& rule = definition.parameters[i];
    std::string range = rule.range();
    if (range.starts_with("in ")) range.erase(0, 3);
    infos.push_back({fmt::format("{}{}", loss_prefix, rule.name), fmt::format("{}", definition.spec.parameter[i]),
                     std::move(range), rule.meaning});
  }
}

}  // namespace

std::vector<FieldInfo> fields(const BoostingConfig& config) {
  std::vector<FieldInfo> infos;
  for (const Field& f : table()) {
    infos.push_back({f.name, f.text(config), f.range, f.meaning});
    if (f.name == "loss") append_parameters(config.loss, infos);
  }
  return infos;
}

void set_field(BoostingConfig& config, std::string_view name, std::string_view value) {
  if (name.starts_with(loss_prefix)) {
    config.loss = config.loss.with_parameter(name.substr(loss_prefix.size()), parse_number<double>(name, value));
    return;
  }
  std::vector<std::string> names;
  for (const Field& field : table()) {
    names.push_back(field.name);
    if (field.name != name) continue;
    BoostingConfig changed = config;
    field.parse(changed, value);
    if (!field.in_range(changed)) refuse(field, value);
    config = std::move(changed);
    return;
  }
  fail<ArgumentError>("BoostingConfig has no field \"{}\". {}Fields: {}.", name, did_you_mean(name, names),
                      listing(names, names.size()));
}

void BoostingConfig::check() const {
  for (const Field& field : table())
    if (!field.in_range(*this)) refuse(field, field.text(*this));
}

}  // namespace linden
