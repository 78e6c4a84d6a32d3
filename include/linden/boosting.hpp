// Gradient-boosted trees.
//
//     BoostedModel model = fit_boosted(train,
//         {.loss = loss::logistic(), .rounds = 500, .learning_rate = 0.05, .max_leaves = 31},
//         {.threads = 8, .valid = valid, .callbacks = {progress_bar(), early_stopping({.patience = 30})}});
//     model.save("clicks.json");
//     Tensor p = BoostedModel::load("clicks.json").predict(test);
//
// What the model is made of (BoostingConfig) and how it is run (FitOptions) are two structs: the same data and the
// same BoostingConfig give the same bytes, whatever the device and the number of threads.
#pragma once

#include <initializer_list>
#include <linden/boosted_model.hpp>
#include <linden/boosting_config.hpp>
#include <linden/callback.hpp>
#include <linden/checkpoint.hpp>
#include <linden/communicator.hpp>
#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/metric.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace linden {

/// Rows held out, and the name that stands before their metrics: "auc" on the set "2024" is "2024 auc".
struct ValidationSet {
  std::string name;
  Dataset data;
};

/// No set, one without a name, or several with names:
///
///     FitOptions one{.valid = held_out};
///     FitOptions two{.valid = {{"2023", last_year}, {"2024", this_year}}};
class ValidationSets {
 public:
  ValidationSets() = default;
  ValidationSets(Dataset one) { sets_.push_back({"", std::move(one)}); }
  ValidationSets(const std::optional<Dataset>& one) {
    if (one) sets_.push_back({"", *one});
  }
  ValidationSets(std::vector<ValidationSet> sets) : sets_(std::move(sets)) {}
  ValidationSets(std::initializer_list<ValidationSet> sets) : sets_(sets) {}

  bool empty() const noexcept { return sets_.empty(); }
  std::size_t size() const noexcept { return sets_.size(); }
  auto begin() const noexcept { return sets_.begin(); }
  auto end() const noexcept { return sets_.end(); }

 private:
  std::vector<ValidationSet> sets_;
};
/// How training is run; nothing here changes the model's bytes, except callbacks that stop early or set the learning
/// rate, save_history, and the model to go on from.
struct FitOptions {
  Device device = Device::cpu();
  int threads = 0;                       ///< 0: all cores
  ValidationSets valid = {};             ///< for metrics and early stopping
  std::vector<Metric> metrics = {};      ///< of the validation sets, each round; empty: metric::defaults(loss)
  std::vector<Callback> callbacks = {};  ///< after each round, in order
  /// Whether the metrics are those of the training rows, too: "train auc". They see the rows that were trained on:
  /// those of weight 0 are left out, and out of their groups.
  bool train_metrics = false;
  bool save_history = false;  ///< whether history() is in files of the model
  /// A model to go on from, or none: the result has its rounds and then `rounds` new ones, which start from its scores.
  /// Features, their categories and the loss must be its own; the data, cut points and the rest of the configuration
  /// may be others, but its trees must keep to the monotone features and interactions that are asked for. It must not
  /// read target statistics, which know the labels of the rows that it was trained on. With
  /// the same data and configuration (boosting, no schedule) it is the model that training in one go gives, to the
  /// byte. DART drops none of its rounds. Its history() is not repeated.
  BoostedModel start = {};
  /// The ranks of a fit whose rows lie on several machines; none: all rows are here. Every rank passes its own part of
  /// the training and validation rows (which may be empty) and the same of everything else, and gets the same model:
  /// that of one machine with all rows in the order of ranks, to the byte. Groups stay whole. Metrics are those of all
  /// rows. Callbacks are asked on rank 0, and what they answer holds for all. Every rank keeps the labels and weights
  /// of all rows. `rounds` and other fields that are not set are those of large data (docs/defaults.md), whatever the
  /// data. Not for ranks, and refused: losses with parameters by row, leaves that are order statistics or linear,
  /// target statistics, features of more than 256 bins.
  CommunicatorRef ranks = {};
  /// Where the rounds so far are written, and whether to go on from there (<linden/checkpoint.hpp>). A fit that goes on
  /// takes the trees, metrics and learning rates of these rounds from the file, and asks the callbacks about each of
  /// them once more, so that they are where they were; metrics, validation sets and callbacks must be those of before:
  /// ArgumentError says what is not. Statistics of categories, cut points and bins are computed anew. Losses and
  /// metrics of your own are known by their names.
  Checkpoint checkpoint = {};
  /// Several GPUs of this machine in place of `device`: {.devices = Device::all_cuda()}. Rows are divided among them,
  /// and the model is that of one device, to the byte. Threads of this process drive them, the calling one the first;
  /// their sums go by NCCL, or where it is not to be had through the host, of which the log is told. Callbacks and
  /// metrics are called on the calling thread, and a loss of your own that stays on the tape on all of them, side by
  /// side. What is not for ranks is not for several GPUs either. One device here is the same as `.device`; empty:
  /// `device` it is.
  std::vector<Device> devices = {};
};

/// Trains a boosted model. Scores start at the offset of their row, where the data has one, and the constant that is
/// best with it. Rows of weight 0 shape nothing, as if they were not there (but for losses of your own that stay on the
/// tape: those see all rows). Throws ArgumentError for a configuration out of range, DataError for data that cannot be
/// trained on (no rows, no label, a label the loss does not take, all weights zero), DeviceError for a device that this
/// build does not support.
LINDEN_API BoostedModel fit_boosted(const Dataset& train, const BoostingConfig& config = {},
                                    const FitOptions& options = {});

/// How leaves are fitted anew.
struct RefitOptions {
  double decay = 0.9;  ///< how much of the old value stays: decay * old + (1 - decay) * new, [0, 1]
  Device device = Device::cpu();
  int threads = 0;  ///< 0: all cores
};

/// The same trees with leaves for other rows (statistics of categories stay those of the rows that the model was
/// trained on, which would see their own labels in them): tree by tree, in order, each leaf is worth what growth would
/// give it for the rows of `data` that come to it, at the scores of the trees before it, mixed with what it was. A leaf
/// that no row comes to stays. Splits, the first scores, gains and cover stay, too. Learning rate, l1 and l2 are those
/// of the model's configuration, also where a callback set another rate. Throws ArgumentError for a model without a
/// configuration, of DART (the weights of its trees are not kept), with monotone constraints (which new values could
/// break), leaves smoothed along their paths or linear ones, and for losses whose leaves are order statistics;
/// DataError for data that does not fit the model.
LINDEN_API BoostedModel refit_leaves(const BoostedModel& model, const Dataset& data, const RefitOptions& options = {});

/// A model and how often its scores count.
struct WeightedModel {
  BoostedModel model;
  double weight = 1;
};

/// One model whose scores are the weighted sum of the scores of these: their trees one model after the other, the
/// leaves times the weights. It has no config(). Throws ArgumentError for no models, weights that are not finite or for
/// which the sum is not, models that differ in features, categories, loss, classes or kind of trees; and of models with
/// an offset unless the weights add up to 1, since the offset of a row counts as often as they say.
LINDEN_API BoostedModel merge_models(const std::vector<WeightedModel>& models);

/// The mean of these models' scores, of those of the folds of a cross-validation for instance.
LINDEN_API BoostedModel average_models(const std::vector<BoostedModel>& models);

}  // namespace linden
