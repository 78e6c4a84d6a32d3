// Linear models of rows that come one after another, each looked at once: data that is read once, that does not fit
// memory, or that never ends.
//
//     OnlineLearner learner({.loss = loss::logistic(), .alpha = 0.1, .l1 = 1});
//     for (const Dataset& rows : {train, more}) learner.partial_fit(rows);  // any number
//     std::cout << learner.progress().loss() << "\n";             // of each row before it was learnt
//     learner.save("state.json");                                 // to go on from: OnlineLearner::load
//     LinearModel model = learner.to_model();                     // as one of fit_linear
//
// FTRL-Proximal (McMahan et al. 2013, "Ad click prediction: a view from the trenches", algorithm 1). A coordinate, the
// weight of a column, has two sums over the rows: n of squared slopes and z of slopes less what proximity takes. With
// the slope g = weight * d loss / d score * x of a row:
//
//     w = 0 where |z| <= l1, else -(z - sign(z) l1) / ((beta + sqrt(n)) / alpha + l2)
//     sigma = (sqrt(n + g^2) - sqrt(n)) / alpha,   z += g - sigma w,   n += g^2
//
// Without penalties that is w -= alpha g / (beta + sqrt(n)), gradient descent with a rate for each coordinate: frequent
// columns learn ever more slowly, rare ones still fast. OnlineMethod::adagrad is the dual averaging of Duchi et al.
// (2011): sigma is 0, so that weights are pulled to 0 and not to where they were. Steps of corners (hinges, quantiles)
// go along a subgradient.
//
// l1 and l2 are those of the sum of the losses of all rows, as in the paper. fit_linear has the mean: its l1 is this
// one over the number of rows, and to_model() says so in the model's configuration. The intercept has no penalty.
//
// One row is one step: rows in the order in which they come, on one thread. The same rows give the same bytes however
// they are divided among calls, dense or sparse. Rates are per coordinate, but not free of units: columns should be of
// about the same size, from 0.1 to 10, say.
//
// Text is a column of zeros and ones for each category, as in fit_linear; categories are taken up as they come. So are
// columns of sparse rows. Missing values are refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/export.hpp>
#include <linden/linear.hpp>
#include <linden/loss.hpp>
#include <linden/options.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

enum class OnlineMethod {
  ftrl,     ///< FTRL-Proximal
  adagrad,  ///< dual averaging with AdaGrad's rates
};

LINDEN_API const char* name_of(OnlineMethod) noexcept;

struct OnlineConfig {
  Loss loss = loss::automatic();  ///< chosen by the label of the first call's rows, see default_loss. Losses of single
                                  ///< rows, as fit_linear takes them, custom ones, too; one label a row
  OnlineMethod method = OnlineMethod::ftrl;
  double alpha = 0.1;     ///< how far a step goes, > 0: the one to tune
  double beta = 1;        ///< what the first steps are held back by, >= 0
  double l1 = 0;          ///< penalty on |weight|, >= 0, of the sum over rows
  double l2 = 0;          ///< penalty on weight^2 / 2, >= 0, likewise
  bool intercept = true;  ///< whether scores have a constant part
  /// The most columns, of categories and of sparse rows, in [1, 2147483647]: what memory has room for, at 32 bytes a
  /// column and output, and the names.
  std::int64_t max_columns = 10'000'000;
  /// Of a label of classes their names, in the model's order: {"no", "yes"}. Empty: the classes of the first call's
  /// rows, where all of them must be. Those of later rows that are not among them are refused.
  std::vector<std::string> classes = {};

  /// Throws ArgumentError naming the first field out of its range, its value and its bounds.
  LINDEN_API void check() const;
};

/// One line, as for LinearConfig.
LINDEN_API std::ostream& operator<<(std::ostream& out, const OnlineConfig& config);

/// As for LinearConfig: all fields in order but the classes, and setting one by its name.
LINDEN_API std::vector<FieldInfo> fields(const OnlineConfig& config);
LINDEN_API void set_field(OnlineConfig& config, std::string_view name, std::string_view value);

struct OnlineOptions {
  Device device = Device::cpu();  ///< each row waits for the one before: the CPU alone, others are refused
};

/// How far learning has come.
struct OnlineProgress {
  std::int64_t rows = 0;  ///< that were learnt, those of weight 0 aside; a row that is learnt twice counts twice
  double weight = 0;      ///< of these
  double loss_sum = 0;    ///< of weight * loss, of each row before it was learnt
  /// The progressive validation loss (Blum et al. 1999), as Vowpal Wabbit prints it: the mean over rows that were new
  /// to the weights, and so, in one pass, an estimate of what new rows cost; 0 before the first.
  double loss() const noexcept { return weight > 0 ? loss_sum / weight : 0; }
};

class LINDEN_API OnlineLearner {
 public:
  /// Throws ArgumentError for a configuration out of range, and for a loss that mixes rows or has parameters by row;
  /// DeviceError for a device other than the CPU.
  explicit OnlineLearner(const OnlineConfig& config = {}, const OnlineOptions& options = {});
  // Moved alone: to copy one, save it and load it. What was moved from can only be assigned to.
  OnlineLearner(OnlineLearner&&) noexcept;
  OnlineLearner& operator=(OnlineLearner&&) noexcept;
  ~OnlineLearner();

  /// Learns rows in their order. Returns the mean of their losses, each before it was learnt (0 if none has a weight).
  /// The first call says which features there are, in later ones columns are found by name. Throws DataError for rows
  /// that cannot be learnt (no label, one that the loss does not take, missing values, other columns or kinds, more
  /// columns than .max_columns), nothing of which then is; and where the loss of a row is not finite any more, up to
  /// which rows were learnt.
  double partial_fit(const Dataset& rows);

  const OnlineProgress& progress() const noexcept;
  /// With the loss and the classes that the first rows have settled.
  const OnlineConfig& config() const noexcept;

  /// The weights so far, as an ordinary model: it predicts, is saved, explained and exported. Columns of weight 0 stay.
  /// Its certificate knows nothing of the optimum (FitStatus::imported). Throws ArgumentError before the first row.
  LinearModel to_model() const;

  /// All that learning goes on from, written as models are, in either format. Throws ArgumentError before the first
  /// row.
  void save(const std::filesystem::path& path, ModelFormat format = ModelFormat::by_name) const;
  void save(std::ostream& out, ModelFormat format = ModelFormat::json) const;
  std::string to_string() const;
  /// Throws FileError when anything in it is not as save wrote it; ArgumentError, with the first rows, for a custom
  /// loss that was read without its function.
  static OnlineLearner load(const std::filesystem::path& path);
  static OnlineLearner load(std::istream& in);
  static OnlineLearner from_string(std::string_view text);

  struct State;  // src/online/state.hpp

 private:
  explicit OnlineLearner(std::unique_ptr<State> state) noexcept;

  std::unique_ptr<State> state_;
};

}  // namespace linden
