// Calibrations: their fits, what they make of scores, and their files.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <linden/calibration.hpp>
#include <sstream>

#include "backend/math/math.hpp"
#include "backend/math/scalar_ops.hpp"
#include "base/files/atomic_file.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace linden {
namespace {

constexpr const char* calibrate_where = "calibrate";
constexpr CalibrationMethod methods[] = {CalibrationMethod::platt, CalibrationMethod::isotonic,
                                         CalibrationMethod::temperature};

const Loss& loss_of(const AnyModel& model) {
  return std::visit([](const auto& m) -> const Loss& { return m.loss(); }, model);
}
int outputs_of(const AnyModel& model) {
  return std::visit([](const auto& m) { return m.outputs(); }, model);
}

void check_probabilities(const AnyModel& model, CalibrationMethod method) {
  if (std::visit([](const auto& m) { return m.empty(); }, model))
    fail<ArgumentError>("{}: the model is empty.", calibrate_where);
  const Loss& loss = loss_of(model);
  const Link link = loss.link();
  const bool is_binary = link == Link::sigmoid && outputs_of(model) == 1;
  if (!is_binary && !(link == Link::softmax && outputs_of(model) > 1))
    fail<ArgumentError>(
        "{}: predictions of loss \"{}\" are no probabilities of classes. Hint: a model of logistic or "
        "softmax.",
        calibrate_where, loss.name());
  if (!is_binary && method == CalibrationMethod::platt)
    fail<ArgumentError>("{}: platt is of two classes, and the model has {}. Hint: temperature, or isotonic.",
                        calibrate_where, outputs_of(model));
}

bool is_rising(const RisingLine& line) {
  return !line.x.empty() && line.x.size() == line.y.size() &&
         std::ranges::adjacent_find(line.x, std::greater_equal<>()) == line.x.end() && std::ranges::is_sorted(line.y);
}

void check_calibration(const char* where, const Calibration& calibration) {
  const auto check = [&](const char* what, double value) {
    if (!std::isfinite(value)) fail<ArgumentError>("{}: {} is {}; it must be finite.", where, what, value);
  };
  check("the slope", calibration.slope);
  check("the offset", calibration.offset);
  for (std::size_t i = 0; i < calibration.lines.size(); ++i) {
    const RisingLine& line = calibration.lines[i];
    for (const double x : line.x) check("an x of a line", x);
    for (const double y : line.y) check("a y of a line", y);
    if (!is_rising(line))
      fail<ArgumentError>("{}: line {} does not rise, or its x and y are not of one length above 0.", where, i);
  }
}

/// Rows to calibrate by: scores [rows, outputs], labels, weights.
struct HeldOutRows {
  std::vector<double> scores, labels, weights;
  std::size_t outputs;

  std::size_t size() const { return labels.size(); }
  double weight(std::size_t row) const { return weights.empty() ? 1 : weights[row]; }
};

std::vector<double> copy_of(const Tensor& values) {
  const auto span = values.span<const double>();
  return {span.begin(), span.end()};
}

HeldOutRows rows_of(const AnyModel& model, const Dataset& held_out, int threads) {
  const Tensor scores = predict(model, held_out, {.output = Output::score, .threads = threads});
  const Tensor labels = std::visit([&](const auto& m) { return m.labels_of(held_out); }, model);
  HeldOutRows rows{copy_of(scores), copy_of(labels), {}, static_cast<std::size_t>(outputs_of(model))};
  if (held_out.weight().elements() > 0) rows.weights = copy_of(held_out.weight());
  bool is_one = true;
  for (const double label : rows.labels) is_one &= label == rows.labels.front();
  if (rows.labels.empty() || is_one)
    fail<ArgumentError>("{}: all of the {} labels are the same: rows of two classes or more are wanted.",
                        calibrate_where, rows.labels.size());
  return rows;
}

/// Logistic regression of drawn-in targets on the score.
Calibration fit_platt(const HeldOutRows& rows, int threads) {
  double ones = 0, zeros = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ones += rows.weight(i) * rows.labels[i];
    zeros += rows.weight(i) * (1 - rows.labels[i]);
  }
  const double high = (ones + 1) / (ones + 2), low = 1 / (zeros + 2);
  std::vector<double> targets;
  for (const double label : rows.labels) targets.push_back(label * high + (1 - label) * low);
  const Dataset data =
      Dataset::from_rows(std::span<const double>(rows.scores), 1, {.label = targets, .weight = rows.weights});
  const LinearModel line = fit_linear(data, {.loss = loss::cross_entropy(), .tolerance = 1e-12}, {.threads = threads});
  return {CalibrationMethod::platt, line.weight(0), line.intercept()[0], {}};
}

/// The slope of the mean log-loss of scores times t, and its curvature, in t.
std::pair<double, double> log_loss_slope(const HeldOutRows& rows, double t) {
  double slope = 0, bend = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double* const s = rows.scores.data() + i * rows.outputs;
    if (rows.outputs == 1) {
      const double p = math::sigmoid(t * s[0]);
      slope += rows.weight(i) * (p - rows.labels[i]) * s[0];
      bend += rows.weight(i) * p * (1 - p) * s[0] * s[0];
      continue;
    }
    double top = s[0], sum = 0, mean = 0, square = 0;
    for (std::size_t k = 1; k < rows.outputs; ++k) top = std::max(top, s[k]);
    for (std::size_t k = 0; k < rows.outputs; ++k) {
      const double share = std::exp(t * (s[k] - top));
      sum += share;
      mean += share * (s[k] - top);
      square += share * (s[k] - top) * (s[k] - top);
    }
    mean /= sum;
    slope += rows.weight(i) * (mean - (s[static_cast<std::size_t>(rows.labels[i])] - top));
    bend += rows.weight(i) * (square / sum - mean * mean);
  }
  return {slope, bend};
}

/// Newton in a bracket: the log-loss is convex in 1 / T. Within [1e-4, 1e4].
Calibration fit_temperature(const HeldOutRows& rows) {
  double low = 1e-4, high = 1e4, t = 1;
  for (int i = 0; i < 200; ++i) {
    const auto [slope, bend] = log_loss_slope(rows, t);
    (slope > 0 ? high : low) = t;
    double next = bend > 0 ? t - slope / bend : t;
    if (!(next > low && next < high)) next = std::sqrt(low * high);
    if (std::abs(next - t) <= 1e-14 * t) break;
    t = next;
  }
  return {CalibrationMethod::temperature, t, 0, {}};
}

Calibration fit_isotonic(const AnyModel& model, const HeldOutRows& rows) {
  std::vector<double> shares = rows.scores;
  for (std::size_t i = 0; i < rows.size(); ++i)
    loss_of(model).predict({shares.data() + i * rows.outputs, rows.outputs});
  Calibration calibration{CalibrationMethod::isotonic, 1, 0, {}};
  for (std::size_t k = 0; k < rows.outputs; ++k) {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      x.push_back(shares[i * rows.outputs + k]);
      y.push_back(rows.outputs == 1 ? rows.labels[i] : rows.labels[i] == static_cast<double>(k) ? 1 : 0);
    }
    calibration.lines.push_back(isotonic_regression(x, y, rows.weights));
  }
  return calibration;
}

/// Scores of one row to calibrated probabilities, in place.
void apply(const Calibration& calibration, const Loss& loss, std::span<double> row) {
  if (calibration.method != CalibrationMethod::isotonic) {
    for (double& score : row) score = calibration.slope * score + calibration.offset;
    if (row.size() == 1)
      row[0] = math::sigmoid(row[0]);
    else
      loss.predict(row);
    return;
  }
  loss.predict(row);
  double sum = 0;
  for (std::size_t k = 0; k < row.size(); ++k) sum += row[k] = calibration.lines[k](row[k]);
  if (row.size() == 1) return;
  for (double& share : row) share = sum > 0 ? share / sum : 1 / static_cast<double>(row.size());
}

Calibration read_calibration(const std::string& line, const std::string& name) {
  std::size_t done = 0;
  JsonReader json(
      [&](char* to, std::size_t most) {
        const std::size_t count = std::min(most, line.size() - done);
        std::copy_n(line.data() + done, count, to);
        done += count;
        return count;
      },
      name);
  Calibration calibration;
  json.open_object();
  const std::string method = json["linden_calibration"].text();
  const auto found = std::ranges::find_if(methods, [&](CalibrationMethod m) { return method == name_of(m); });
  if (found == std::end(methods)) json.refuse(fmt::format("is \"{}\", which is not known here", method));
  calibration.method = *found;
  calibration.slope = json["slope"].finite();
  calibration.offset = json["offset"].finite();
  for (json["lines"].open_list(); json.next();) {
    RisingLine& rising = calibration.lines.emplace_back();
    json.open_object();
    rising.x = json["x"].finites();
    rising.y = json["y"].finites();
    if (!is_rising(rising)) json.refuse("does not rise, or is not as long as \"x\"");
    json.close_object();
  }
  json.close_object();
  return calibration;
}

}  // namespace

const char* name_of(CalibrationMethod method) noexcept {
  constexpr const char* names[] = {"platt", "isotonic", "temperature"};
  return names[static_cast<int>(method)];
}

CalibrationMethod calibration_method_named(std::string_view name) {
  std::vector<std::string> known;
  for (const CalibrationMethod method : methods) {
    if (name == name_of(method)) return method;
    known.emplace_back(name_of(method));
  }
  fail<ArgumentError>("calibration: no method \"{}\". {}Methods: {}.", name, did_you_mean(name, known), listing(known));
}

CalibratedModel::CalibratedModel(AnyModel model, Calibration calibration)
    : model_(std::move(model)), calibration_(std::move(calibration)) {
  check_probabilities(model_, calibration_.method);
  check_calibration("CalibratedModel", calibration_);
  if (calibration_.method == CalibrationMethod::isotonic &&
      calibration_.lines.size() != static_cast<std::size_t>(outputs_of(model_)))
    fail<ArgumentError>("CalibratedModel: {} lines for {} outputs.", calibration_.lines.size(), outputs_of(model_));
}

Tensor CalibratedModel::predict(const Dataset& data, const PredictOptions& options) const try {
  if (!options.quantiles.empty())
    fail<ArgumentError>("CalibratedModel::predict: .quantiles are of distributions, and this has classes.");
  if (options.output == Output::score || options.output == Output::leaf) return linden::predict(model_, data, options);
  PredictOptions scores = options;
  scores.output = Output::score;
  const Tensor found = linden::predict(model_, data, scores);
  std::vector<double> values = copy_of(found);
  const auto outputs = static_cast<std::size_t>(outputs_of(model_));
  for (std::size_t i = 0; i < values.size(); i += outputs)
    apply(calibration_, loss_of(model_), {values.data() + i, outputs});
  if (options.output == Output::prediction) return Tensor::copy_of(std::span<const double>(values), found.shape());
  std::vector<double> labels;
  for (std::size_t i = 0; i < values.size(); i += outputs) {
    const double* const row = values.data() + i;
    labels.push_back(outputs == 1 ? (row[0] > 0.5 ? 1 : 0)
                                  : static_cast<double>(std::max_element(row, row + outputs) - row));
  }
  return Tensor::copy_of(std::span<const double>(labels));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("CalibratedModel::predict");
}

void CalibratedModel::save(const std::filesystem::path& path) const try {
  std::string text;
  JsonWriter json([&](std::string_view part) { text += part; });
  json.open_object();
  json["linden_calibration"].value(name_of(calibration_.method));
  json["slope"].value(calibration_.slope);
  json["offset"].value(calibration_.offset);
  json["lines"].open_list();
  for (const RisingLine& line : calibration_.lines) {
    json.open_object();
    json["x"].values(line.x);
    json["y"].values(line.y);
    json.close_object();
  }
  json.close_list();
  json.close_object();
  json.flush();
  text += '\n' + std::visit([](const auto& m) { return m.to_string(); }, model_);
  replace_file(path, text);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("CalibratedModel::save");
}

CalibratedModel CalibratedModel::load(const std::filesystem::path& path) try {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail<FileError>("{}: cannot be opened.", path.string());
  std::string line;
  std::getline(in, line);
  if (!line.starts_with("{\"linden_calibration\":"))
    fail<FileError>("{}: it does not begin with a calibration. Hint: load_model reads models without one.",
                    path.string());
  Calibration calibration = read_calibration(line, path.string());
  AnyModel model = load_model(in);
  try {
    return CalibratedModel(std::move(model), std::move(calibration));
  } catch (const ArgumentError& error) {
    fail<FileError>("{}: {}", path.string(), error.what());
  }
} catch (const std::bad_alloc&) {
  fail_out_of_memory("CalibratedModel::load");
}

CalibratedModel calibrate(const AnyModel& model, const Dataset& held_out, const CalibrationOptions& options) try {
  check_probabilities(model, options.method);
  const HeldOutRows rows = rows_of(model, held_out, options.threads);
  switch (options.method) {
    case CalibrationMethod::platt: return {model, fit_platt(rows, options.threads)};
    case CalibrationMethod::isotonic: return {model, fit_isotonic(model, rows)};
    case CalibrationMethod::temperature: break;
  }
  return {model, fit_temperature(rows)};
} catch (const std::bad_alloc&) {
  fail_out_of_memory("calibrate");
}

}  // namespace linden
