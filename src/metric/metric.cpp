// Metric as a value: its checks, and the metrics by name.
#include <charconv>
#include <cmath>
#include <linden/loss.hpp>
#include <linden/metric.hpp>
#include <linden/ops.hpp>
#include <optional>

#include "backend/loss/group_losses.hpp"
#include "backend/loss/survival_losses.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "base/other_names.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "metric/loss_metric.hpp"
#include "metric/ranking.hpp"
#include "tensor/read_only.hpp"

namespace linden {
namespace {

// [rows] also of a column [rows, 1].
Tensor as_rows(const Tensor& numbers) {
  const bool is_column = numbers.rank() == 2 && numbers.size(1) == 1;
  return is_column ? numbers.select(1, 0).contiguous() : numbers;
}

void want_host(const std::string& metric, const char* what, const Tensor& tensor) {
  if (tensor.device() != Device::cpu())
    fail<ArgumentError>("metric::{}: {} is on {}. Hint: .to(Device::cpu()).", metric, what, tensor.device().name());
}

// What metrics are given on the host: f64, and to be read alone, for it may be memory of a Dataset, and the next metric
// sees it, too.
Tensor to_read(const std::string& metric, const char* what, const Tensor& tensor) {
  want_host(metric, what, tensor);
  return read_only(as_rows(tensor.dtype() == DType::f64 ? tensor.contiguous() : cast(tensor.detach(), DType::f64)));
}

// And on a GPU.
Tensor to_read_there(const std::string& metric, const char* what, const Tensor& tensor, const Device& device) {
  if (tensor.elements() == 0) return tensor;
  if (tensor.device() != device)
    fail<ArgumentError>("metric::{}: {} is on {}, but prediction on {}. Hint: all of them on one device.", metric, what,
                        tensor.device().name(), device.name());
  return as_rows(cast(tensor.detach(), DType::f64).contiguous());
}

void want_numbers(const std::string& metric, const char* what, const Tensor& tensor) {
  const auto values = tensor.span<const double>();
  const std::size_t columns = tensor.rank() == 2 ? static_cast<std::size_t>(tensor.size(1)) : 1;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isnan(values[i])) fail<DataError>("metric::{}: {} nan at row {}.", metric, what, i / columns);
}

void want_weights(const std::string& metric, const Tensor& weight) {
  const auto weights = weight.span<const double>();
  bool any = false;
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (!(weights[row] >= 0 && std::isfinite(weights[row])))
      fail<DataError>("metric::{}: weight {} at row {}, but weights are finite and >= 0.", metric, weights[row], row);
    any |= weights[row] > 0;
  }
  if (!any) fail<UndefinedMetric>("metric::{}: all weights are zero.", metric);
}

// Groups that cover the rows in their order, none of them empty.
Tensor checked_groups(const std::string& metric, const Tensor& groups, std::int64_t rows) {
  if (groups.elements() == 0) return {};
  want_host(metric, "groups", groups);
  if (groups.rank() != 1 || groups.dtype() != DType::i64)
    fail<ArgumentError>(
        "metric::{}: groups are {} of shape {}, but they are the first row of each group and the number "
        "of rows, i64 of shape [groups + 1].",
        metric, name_of(groups.dtype()), groups.shape().text());
  const Tensor checked = groups.contiguous();
  const auto starts = checked.span<const std::int64_t>();
  if (starts.front() != 0 || starts.back() != rows)
    fail<ArgumentError>("metric::{}: groups run from row {} to {}, but there are {} rows.", metric, starts.front(),
                        starts.back(), rows);
  for (std::size_t g = 1; g < starts.size(); ++g)
    if (starts[g - 1] >= starts[g])
      fail<ArgumentError>("metric::{}: group {} begins at row {} and ends before row {}.", metric, g - 1, starts[g - 1],
                          starts[g]);
  return read_only(checked);
}

}  // namespace

Metric::Metric(std::string name, bool higher_is_better, Function function, Function on_gpu)
    : name_(std::move(name)),
      higher_is_better_(higher_is_better),
      function_(std::move(function)),
      on_gpu_(std::move(on_gpu)) {
  if (name_.empty())
    fail<ArgumentError>("Metric: its name is \"\". Hint: a name, which stands in logs and in the history.");
  if (!function_) fail<ArgumentError>("Metric \"{}\": the function is empty.", name_);
}

double Metric::evaluate(const MetricInput& input) const try {
  if (!function_)
    fail<ArgumentError>("Metric::evaluate: the metric was moved from. Hint: use the one that it went to.");
  const auto& [prediction, score, label, weight, groups, link] = input;
  const auto is_table = [](const Tensor& tensor) { return tensor.rank() == 1 || tensor.rank() == 2; };
  const bool weighted = weight.elements() > 0, scored = score.elements() > 0;
  if (!is_table(label) || !is_table(prediction) || prediction.size(0) != label.size(0) ||
      (weighted && weight.shape() != Shape{label.size(0)} && weight.shape() != Shape{label.size(0), 1}))
    fail<ArgumentError>(
        "metric::{}: prediction {}, label {} and weight {} do not fit. They are [rows] or [rows, K], [rows] or "
        "[rows, L], and [rows] or nothing.",
        name_, prediction.shape().text(), label.shape().text(), weight.shape().text());
  if (prediction.elements() == 0) fail<UndefinedMetric>("metric::{}: there are no rows.", name_);
  if (const Device& device = prediction.device(); device != Device::cpu() && on_gpu_) {
    const auto there = [&](const char* what, const Tensor& tensor) {
      return to_read_there(name_, what, tensor, device);
    };
    return on_gpu_({.prediction = there("prediction", prediction),
                    .score = there("score", score),
                    .label = there("label", label),
                    .weight = there("weight", weight),
                    .groups = checked_groups(name_, groups, label.size(0)),
                    .link = link});
  }
  const MetricInput checked{.prediction = to_read(name_, "prediction", prediction),
                            .score = to_read(name_, "score", score),
                            .label = to_read(name_, "label", label),
                            .weight = to_read(name_, "weight", weight),
                            .groups = checked_groups(name_, groups, label.size(0)),
                            .link = link};
  if (scored && checked.score.shape() != checked.prediction.shape())
    fail<ArgumentError>("metric::{}: scores have shape {}, but predictions {}.", name_, score.shape().text(),
                        prediction.shape().text());
  want_numbers(name_, "prediction", checked.prediction);
  if (checked.score.data<const double>() != checked.prediction.data<const double>())
    want_numbers(name_, "score", checked.score);
  want_numbers(name_, "label", checked.label);
  if (weighted) want_weights(name_, checked.weight);
  return function_(checked);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Metric::evaluate");
}

double Metric::evaluate(const Tensor& prediction, const Tensor& label, const Tensor& weight) const {
  return evaluate(MetricInput{.prediction = prediction, .label = label, .weight = weight});
}

namespace metric {
namespace {

/// The number in a name that ends with one: 0.9 of "pinball_0.9".
std::optional<double> number_after(std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix)) return std::nullopt;
  const std::string_view text = name.substr(prefix.size());
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// The numbers of a name that ends with some, with _ between them: 0.1 and 0.9 of "pinball_0.1_0.9".
std::optional<std::vector<double>> numbers_after(std::string_view prefix, std::string_view name) {
  std::vector<double> numbers;
  for (std::string_view rest = name; rest.starts_with(prefix); prefix = "") {
    rest.remove_prefix(prefix.size());
    const std::size_t end = rest.find('_');
    const std::optional<double> number = number_after("", rest.substr(0, end));
    if (!number) return std::nullopt;
    numbers.push_back(*number);
    if (end == rest.npos) return numbers;
    rest.remove_prefix(end + 1);
  }
  return std::nullopt;
}

/// Those without a number in their names.
constexpr std::pair<std::string_view, Metric (*)()> plain[] = {
    {"rmse", rmse},
    {"mae", mae},
    {"r2", r2},
    {"logloss", logloss},
    {"multiclass_logloss", logloss},
    {"accuracy", accuracy},
    {"error", error},
    {"multiclass_error", error},
    {"auc", auc},
    {"poisson_deviance", poisson_deviance},
    {"gamma_deviance", gamma_deviance},
    {"mape", mape},
    {"rmsle", rmsle},
    {"concordance", concordance},
    {"risk_concordance", risk_concordance},
    {"interval_accuracy", interval_accuracy},
    {"nll", nll},
    {"crps", crps},
};

}  // namespace

std::vector<std::string> names() try {
  return {"rmse",
          "mae",
          "r2",
          "logloss",
          "accuracy",
          "error",
          "auc",
          "poisson_deviance",
          "gamma_deviance",
          "tweedie_deviance_1.5",
          "pinball_0.5",
          "mape",
          "rmsle",
          "multiclass_logloss",
          "multiclass_error",
          "ndcg@10",
          "linear_ndcg@10",
          "map@10",
          "mrr",
          "concordance",
          "risk_concordance",
          "interval_accuracy",
          "nll",
          "crps",
          "coverage_0.9"};
} catch (const std::bad_alloc&) {
  fail_out_of_memory("metric::names");
}

Metric by_name(std::string_view name) try {
  for (const auto& [known, make] : plain)
    if (name == known) return make();
  if (auto levels = numbers_after("pinball_", name)) return pinball({.level = *std::move(levels)});
  if (const auto level = number_after("coverage_", name)) return coverage({.level = *level});
  if (const auto power = number_after("tweedie_deviance_", name)) return tweedie_deviance({.variance_power = *power});
  if (std::optional<Metric> ranking = ranking_metric(name)) return *std::move(ranking);
  const std::vector<std::string> known = names();
  fail<ArgumentError>("metric: no metric \"{}\". {}Metrics: {}.", name, suggestion(name, other_metrics(), known),
                      listing(known));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("metric::by_name");
}

namespace {

// What the link suggests for predictions of so many columns.
std::vector<Metric> by_link(const Loss& loss) {
  switch (loss.link()) {
    case Link::identity: return loss.outputs() == 1 ? std::vector{rmse(), mae(), r2()} : std::vector<Metric>{};
    case Link::sigmoid: return loss.outputs() == 1 ? std::vector{logloss(), accuracy(), auc()} : std::vector<Metric>{};
    case Link::softmax: return {logloss(), accuracy()};
    case Link::exp: return loss.outputs() == 1 ? std::vector{poisson_deviance(), rmse()} : std::vector<Metric>{};
    case Link::expm1: return loss.outputs() == 1 ? std::vector{rmsle(), rmse()} : std::vector<Metric>{};
    case Link::sorted: return {};
    case Link::normal:
    case Link::log_normal:
    case Link::gamma: return {nll(), crps(), rmse()};
    default: break;
  }
  return {rmse()};
}

// Of a built-in loss, also where the user has spelt it.
LossSpec builtin_spec(const Loss& loss) {
  const Loss::Definition& definition = loss.definition();
  return definition.custom ? loss::by_name(loss.name()).definition().spec : definition.spec;
}

}  // namespace

std::vector<Metric> defaults(const Loss& loss) try {
  const CustomLoss* const custom = loss.definition().custom.get();
  if (custom && is_of_groups(loss)) return {ndcg({.at = 10})};
  if (custom && !custom->is_builtin) {
    std::vector<Metric> metrics;
    if (why_no_metric(loss).empty()) metrics.push_back(of(loss));
    for (const Metric& metric : by_link(loss))
      if (metric.name() != loss.name()) metrics.push_back(metric);
    return metrics;
  }
  if (is_automatic(loss)) return {};
  if (const LossSpec& spec = loss.definition().spec; spec.kind == LossKind::group)
    return {by_name(group_traits_of(spec).metric)};
  if (is_of_times(loss))
    return survival_traits_of(loss.definition().spec).compares_rows
               ? std::vector{risk_concordance(), of(loss)}
               : std::vector{of(loss), concordance(), interval_accuracy()};
  std::vector<Metric> metrics;
  for (std::string name : traits_of(builtin_spec(loss))->metrics) {
    if (name == "{loss}") {
      metrics.push_back(of(loss));
      continue;
    }
    const std::vector<double>& levels = loss.definition().levels;
    if (!levels.empty() && name.find('{') == name.npos) continue;  // it takes one column
    for (const LossParameter& parameter : loss.parameters())
      if (const std::size_t at = name.find("{" + parameter.name + "}"); at != name.npos)
        name.replace(at, parameter.name.size() + 2,
                     levels.empty() ? fmt::format("{}", parameter.value) : fmt::format("{}", fmt::join(levels, "_")));
    metrics.push_back(by_name(name));
  }
  return metrics;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("metric::defaults");
}

}  // namespace metric
}  // namespace linden
