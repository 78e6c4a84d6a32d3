#include "interop/import/catboost/objective.hpp"

#include <algorithm>
#include <optional>

#include "base/fail.hpp"
#include "data/text/number.hpp"
#include "loss/link_only.hpp"

namespace linden::catboost {
namespace {

struct Row {
  std::string_view name, ours;
  std::string_view parameter, key;  // of ours, and what CatBoost calls it; or nothing
  double otherwise;                 // CatBoost's default, or 0: there is none
};

constexpr Row rows[] = {
    {"RMSE", "squared", "", "", 0},
    {"MAE", "absolute", "", "", 0},
    {"Quantile", "quantile", "level", "alpha", 0.5},
    {"Expectile", "expectile", "level", "alpha", 0.5},
    {"Huber", "huber", "delta", "delta", 0},
    {"LogCosh", "log_cosh", "", "", 0},
    {"Poisson", "poisson", "", "", 0},
    {"Tweedie", "tweedie", "variance_power", "variance_power", 0},
    {"Logloss", "logistic", "", "", 0},
    {"CrossEntropy", "cross_entropy", "", "", 0},
    {"MultiClass", "softmax", "", "", 0},
    {"MultiClassOneVsAll", "one_vs_all", "", "", 0},
    {"Focal", "focal", "gamma", "focal_gamma", 0},
};

// What stands at a place that versions have had as text, too.
std::optional<double> number_of(const Place& place) {
  return place.is_number() ? place.number() : place.is_text() ? parse_number(place.text()) : std::nullopt;
}

Loss ours(const Row& row, const Place& function, int outputs) {
  const bool has_classes = row.ours == "softmax" || row.ours == "one_vs_all";
  const Loss plain = loss::by_name(row.ours, {}, has_classes ? outputs : 0);
  if (row.parameter.empty()) return plain;
  const auto parameters = function.find("params");
  const auto stated = parameters ? parameters->find(row.key) : std::nullopt;
  const std::optional<double> value = stated               ? number_of(*stated)
                                      : row.otherwise != 0 ? std::optional(row.otherwise)
                                                           : std::nullopt;
  try {
    if (value) return plain.with_parameter(row.parameter, *value);
  } catch (const ArgumentError&) {
  }
  return link_only_loss(std::string(row.name), plain.link(), outputs, plain.label_kind());
}

}  // namespace

Loss loss_of(const Place& root, int outputs) {
  const auto info = root.find("model_info");
  const auto all = info ? info->find("params") : std::nullopt;
  const auto function = all && all->is_object() ? all->find("loss_function") : std::nullopt;
  const auto type = function && function->is_object() ? function->find("type") : std::nullopt;
  if (!type) return link_only_loss("catboost custom", Link::identity, outputs, LabelKind::real);
  const std::string& name = type->text();
  const auto row = std::ranges::find(rows, name, &Row::name);
  if (row != std::end(rows)) {
    const bool has_classes = row->ours == "softmax" || row->ours == "one_vs_all";
    if (has_classes ? outputs > 1 : outputs == 1) return ours(*row, *function, outputs);
  }
  if (name == "RMSEWithUncertainty" && outputs == 2)
    return link_only_loss(name, Link::normal, outputs, LabelKind::real);
  const std::vector<std::string> known = loss::names();
  const bool is_taken = name.empty() || std::ranges::find(known, name) != known.end();
  return link_only_loss(is_taken ? "catboost " + name : name, Link::identity, outputs, LabelKind::real);
}

std::vector<std::string> classes_of(const Place& root) {
  const auto info = root.find("model_info");
  const auto parameters = info ? info->find("class_params") : std::nullopt;
  const auto names = parameters && parameters->is_object() ? parameters->find("class_names") : std::nullopt;
  if (!names || !names->is_list() || names->size() == 0) return {};
  std::vector<std::string> classes;
  try {
    classes = names->texts();
  } catch (const FileError&) {
    for (const double number : names->numbers()) classes.push_back(fmt::format("{}", number));
  }
  return classes;
}

}  // namespace linden::catboost
