// Probabilities that mean what they say: a model of classes with a map from its scores to shares, fitted to rows that
// it was not trained on.
//
//     CalibratedModel calibrated = calibrate(model, held_out, {.method = CalibrationMethod::isotonic});
//     Tensor p = calibrated.predict(test);                    // as the model's, calibrated
//     calibrated.save("calibrated.json");
//
// Models of either family whose predictions are probabilities of classes: those of logistic, cross_entropy, softmax,
// focal, exponential, hinge and of custom losses with these links.
#pragma once

#include <filesystem>
#include <linden/model.hpp>
#include <string>
#include <vector>

namespace linden {

enum class CalibrationMethod {
  platt,     ///< two classes: 1 / (1 + exp(-(a s + b))) of scores s, fitted by logistic regression to targets that are
             ///< drawn in a little, (n1 + 1) / (n1 + 2) and 1 / (n0 + 2) (Platt 1999). Right for margins, and few rows
  isotonic,  ///< the rising steps that fit best (pooled adjacent violators), with lines between their middles. Of K
             ///< classes each for itself, then over their sum. For many rows: a thousand, say
  temperature,  ///< all scores over one number T > 0, which makes the log-loss least (Guo 2017): classes keep their
                ///< order
};

LINDEN_API const char* name_of(CalibrationMethod) noexcept;
/// Throws ArgumentError for another name, with the nearest.
LINDEN_API CalibrationMethod calibration_method_named(std::string_view name);

/// Steps that rise, with lines between: at x[i] it is y[i], before the first and behind the last as there, NaN at NaN.
struct RisingLine {
  std::vector<double> x, y;

  LINDEN_API double operator()(double at) const;
  bool operator==(const RisingLine&) const = default;
};

/// The rising line of least weighted squares through points, by pooled adjacent violators. Weights are empty for all
/// one. Throws ArgumentError when sizes differ, for numbers that are not finite and weights below 0, and where no point
/// has a weight above 0.
LINDEN_API RisingLine isotonic_regression(std::span<const double> x, std::span<const double> y,
                                          std::span<const double> weights = {});

/// The map alone.
struct Calibration {
  CalibrationMethod method = CalibrationMethod::platt;
  double slope = 1, offset = 0;   ///< platt: a and b; temperature: slope is 1 / T
  std::vector<RisingLine> lines;  ///< isotonic: one, or one a class

  bool operator==(const Calibration&) const = default;
};

class LINDEN_API CalibratedModel {
 public:
  /// Throws ArgumentError for a model as calibrate does, numbers that are not finite, and lines that do not rise or are
  /// not one an output.
  CalibratedModel(AnyModel model, Calibration calibration);

  /// The model's predictions, calibrated: [rows] or [rows, K] probabilities, or class numbers for Output::label, of the
  /// larger probability. Scores are the model's own. Throws as its predict does, ArgumentError for quantiles.
  Tensor predict(const Dataset& data, const PredictOptions& options = {}) const;

  const AnyModel& model() const noexcept { return model_; }
  const Calibration& calibration() const noexcept { return calibration_; }

  /// A line with the calibration, and behind it the model as its own save writes it (json). The file appears whole or
  /// not at all. Throws FileError.
  void save(const std::filesystem::path& path) const;
  /// Throws FileError when anything in it is not as save wrote it.
  static CalibratedModel load(const std::filesystem::path& path);

 private:
  AnyModel model_;
  Calibration calibration_;
};

struct CalibrationOptions {
  CalibrationMethod method = CalibrationMethod::platt;
  int threads = 0;
};

/// Fits a calibration to labelled rows, by their weights; they should be others than those of the training. Throws
/// ArgumentError for a model that has no probabilities of classes, for platt of more than two, and where labels are of
/// one class alone; DataError for data that does not fit the model.
LINDEN_API CalibratedModel calibrate(const AnyModel& model, const Dataset& held_out,
                                     const CalibrationOptions& options = {});

}  // namespace linden
