// A boosted model: its trees, what it predicts, and the file it is kept in.
//
//     model.save("clicks.json");
//     Tensor p = BoostedModel::load("clicks.json").predict(test);
//     for (const Importance& one : model.importances()) std::cout << one.name << " " << one.gain << "\n";
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <linden/boosting_config.hpp>
#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/export.hpp>
#include <linden/loss.hpp>
#include <linden/callback.hpp>
#include <linden/options.hpp>
#include <linden/row_predictor.hpp>
#include <linden/tensor.hpp>
#include <linden/values.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

/// A column of numbers that trees split by beside the features of the data.
struct DerivedFeature {
  std::string name = {};        ///< "city & job: mean of price", "city: rows"
  std::vector<int> features{};  ///< the features that it comes from, ascending indices into feature_names()
};

/// One node of a tree. A split has a feature and two children, a leaf has neither.
struct TreeNode {
  int feature = -1;           ///< index into feature_names(), or, from their number on, derived_features(); -1: a leaf
  int leaf = -1;              ///< leaf: its number, 0, 1, ... in the order of nodes (Output::leaf); -1: a split
  double threshold = 0;       ///< numeric split: value <= threshold goes left
  bool missing_left = false;  ///< where a missing value goes (and a category that training never saw)
  bool zero_missing = false;  ///< numeric split: whether a value within 1e-35 of 0 counts as missing, too
                              ///< (in models of other libraries)
  bool categorical = false;   ///< whether the split is by category
  std::vector<int> left_categories{};  ///< categorical split: codes that go left, ascending, each for all of its group
                                       ///< (BoostedModel::category_groups); other groups go right
  int left = -1;                       ///< index of the left child; -1 for a leaf
  int right = -1;                      ///< that of the right one, left + 1
  double gain = 0;                     ///< split: the gain
  double cover = 0;                    ///< sum of the curvatures of its training rows
  std::int64_t rows = 0;               ///< training rows
};

/// What a linear leaf adds for a feature: slope * (x - centre), x being no less than `low` and no more than `high`;
/// nothing for a value that is missing or infinite.
struct LeafTerm {
  int leaf = 0;       ///< number of the leaf
  int feature = 0;    ///< index into feature_names(), of a feature of numbers
  double slope = 0;   ///< learning rate included
  double centre = 0;  ///< the mean of the leaf's rows, weighed by their curvatures
  double low = 0;     ///< three times the range of the leaf's rows, which is in the middle; without
                      ///< LinearLeaves::clamp the range of all finite numbers
  double high = 0;
};

/// Nodes in the order they were split off: node 0 is the root, children follow their parents. What a leaf adds to the
/// score stands in leaf_values, and, where leaves are linear, in leaf_terms:
///
///     const Tree tree = model.trees().front();
///     for (const TreeNode& node : tree.nodes)
///       if (node.leaf >= 0) std::cout << tree.value(node) << " for " << node.rows << " rows\n";
struct LINDEN_API Tree {
  static constexpr int all_outputs = -1;

  int output = 0;  ///< which score it adds to; all_outputs: to each of them
  std::vector<TreeNode> nodes;
  std::vector<double> leaf_values;   ///< by number of the leaf, learning rate included: [leaves] of a tree that adds to
                                     ///< one score, [leaves, outputs] of one that adds to all
  std::vector<LeafTerm> leaf_terms;  ///< by leaf, those of a leaf by feature; empty where all leaves are constants

  int leaves() const noexcept { return static_cast<int>((nodes.size() + 1) / 2); }
  int depth() const;

  /// What a leaf of a tree that adds to one score adds to it. Throws ArgumentError for a split, and for a tree that
  /// adds to all scores.
  double value(const TreeNode& leaf) const;
  /// What a leaf of any tree adds: one value, or one for each output. Throws ArgumentError for a split.
  std::span<const double> values(const TreeNode& leaf) const;
  /// What a linear leaf adds beside its value; of a constant one nothing. Throws ArgumentError for a split.
  std::span<const LeafTerm> terms(const TreeNode& leaf) const;
};

/// What a feature did for the splits of a model.
struct Importance {
  int feature = 0;  ///< as TreeNode::feature
  std::string name;
  double gain = 0;          ///< the sum of the gains of its splits
  std::int64_t splits = 0;  ///< how many there are
  double cover = 0;         ///< the sum of the curvatures of the training rows that came to them
};

/// How curves and times of survival are predicted.
struct SurvivalOptions {
  int threads = 0;  ///< 0: all cores
  Device device = Device::cpu();
};

class LINDEN_API BoostedModel {
 public:
  /// An empty model, to be assigned to. All calls but empty(), assignment and printing throw ArgumentError on it, as
  /// they do on a model that was moved from.
  BoostedModel() noexcept;
  BoostedModel(const BoostedModel&);
  BoostedModel(BoostedModel&&) noexcept;
  BoostedModel& operator=(const BoostedModel&);
  BoostedModel& operator=(BoostedModel&&) noexcept;
  ~BoostedModel();

  bool empty() const noexcept { return state_ == nullptr; }
  explicit operator bool() const noexcept { return !empty(); }

  /// A model of L labels a row has L outputs, one for each. Columns are found by name: reordered and extra ones are
  /// fine, a missing one throws DataError with the nearest name (sparse rows have 0 there, unless they lack all).
  /// Returns f64 [rows], or [rows, K] for K > 1 outputs; class numbers f64 [rows] for Output::label; leaf indices i32
  /// [rows, trees] for Output::leaf. Threads may share a model. Scores of a model that was fitted with an offset have
  /// that of the data added: throws DataError where the data has none, or has one though the model has none.
  Tensor predict(const Dataset& data, const PredictOptions& options = {}) const;

  /// Of a model of times (loss::cox, loss::aft): the probability that the event of a row comes after each of these
  /// times, [rows, times]. Of loss::cox by the hazard that the training rows have in common, Breslow's estimate at the
  /// scores of the model: a curve of steps, level after the last event. Throws ArgumentError for other losses, times
  /// that are not finite, and for a part or a sum of models of loss::cox, which want with_baseline first.
  Tensor survival(const Dataset& data, const NumberList& times, const SurvivalOptions& options = {}) const;
  /// The time by which half of the rows such as each have their event, [rows]: the first at which survival is 1/2 or
  /// less, infinity where it never is. Throws as survival does.
  Tensor median_time(const Dataset& data, const SurvivalOptions& options = {}) const;
  /// A model of loss::cox with the hazard in common taken from these rows. Throws ArgumentError for other losses.
  BoostedModel with_baseline(const Dataset& data, const SurvivalOptions& options = {}) const;

  /// One row, without allocating: `values` in the order of feature_names(), NaN for missing, the code for a category;
  /// `out` has outputs() entries and receives the prediction; so has `offset`, where the model has_offset(). Throws
  /// ArgumentError when sizes do not fit.
  void predict_row(std::span<const double> values, std::span<double> out, std::span<const double> offset = {}) const;
  /// The same with names for categories: {31, "technician"}.
  void predict_row(std::span<const RowValue> values, std::span<double> out, std::span<const double> offset = {}) const;

  /// For rows whose values stand in the order of these columns (RowPredictor::predict). They are the model's features
  /// in any order; others among them are not read. Throws DataError for a feature that is missing, with the nearest
  /// name, ArgumentError for a name that stands there twice.
  RowPredictor row_predictor(const std::vector<std::string>& columns) const;

  /// The label of `data` as this model counts it: class numbers by the model's class names, real labels as they are.
  /// Throws DataError for a class that the model does not know.
  Tensor labels_of(const Dataset& data) const;

  /// Writes the model, binary where the name ends in .linden or .bin, compressed where it ends in .gz; the file appears
  /// whole or not at all. Throws FileError, leaving an existing file as it was.
  void save(const std::filesystem::path& path, ModelFormat format = ModelFormat::by_name) const;
  /// Writes it to a stream, as json unless binary is asked for. Throws FileError when the stream fails.
  void save(std::ostream& out, ModelFormat format = ModelFormat::json) const;
  /// What json files hold: one line.
  std::string to_string() const;
  /// By what a model is known, whatever the format of its file: the SHA-256, in 64 hexadecimal digits, of the text of
  /// to_string() before the member that has these digits.
  std::string signature() const;
  /// Reads and checks a model of either format, compressed or not. Throws FileError when anything in it is not as save
  /// wrote it, MemoryError when there is not enough memory; a file needs at most a few times its own size.
  static BoostedModel load(const std::filesystem::path& path);
  /// Reads one model and nothing behind it: several may follow each other in a stream.
  static BoostedModel load(std::istream& in);
  /// From what a file holds.
  static BoostedModel from_string(std::string_view text);

  /// The model of the rounds first, ..., last - 1 alone: the scores it starts from and their trees. Of a forest it is
  /// their mean; rounds of DART have the weights that they have at the end. A part of a model of loss::cox has no
  /// hazard in common to all rows (with_baseline). Throws ArgumentError unless 0 <= first < last <= rounds().
  BoostedModel slice(int first, int last) const;
  /// The model of its first rounds: slice(0, rounds).
  BoostedModel first_rounds(int rounds) const;

  // Of a temporary (fit_boosted(...).trees()) these are copies: nothing refers to what is gone.

  /// Whether the model has a config(): those that fit_boosted made have one, those of other libraries have none.
  bool has_config() const;
  /// How it was trained. Throws ArgumentError for a model that has none.
  const BoostingConfig& config() const&;
  BoostingConfig config() const&& { return config(); }
  /// The loss, for its link at least: that of a model of another library may be known by its name and link alone, and
  /// then evaluates nothing.
  const Loss& loss() const&;
  Loss loss() const&& { return loss(); }
  int outputs() const;
  /// Rounds in the model. trees() has them round by round: in each a tree for every output in turn, or one that adds
  /// to all outputs.
  int rounds() const;
  const std::vector<Tree>& trees() const&;
  std::vector<Tree> trees() const&& { return trees(); }
  /// The score every row starts from, one an output; its offset is added to it.
  const std::vector<double>& initial_score() const&;
  std::vector<double> initial_score() const&& { return initial_score(); }
  const std::vector<std::string>& feature_names() const&;
  std::vector<std::string> feature_names() const&& { return feature_names(); }
  /// The categories of a feature by code; empty for a numeric one.
  const std::vector<std::string>& categories(int feature) const&;
  std::vector<std::string> categories(int feature) const&& { return categories(feature); }
  /// Which categories of a feature the trees tell apart: for each code the lowest one that shares its bin, and stands
  /// for it in TreeNode::left_categories; -1 for a category that training had no row of, which goes where missing
  /// values go. Empty where every category stands for itself.
  const std::vector<int>& category_groups(int feature) const&;
  std::vector<int> category_groups(int feature) const&& { return category_groups(feature); }
  /// Whether a feature is categorical.
  bool is_categorical(int feature) const;
  /// The columns that trees read of categories by target statistics, with numbers that follow those of feature_names().
  const std::vector<DerivedFeature>& derived_features() const&;
  std::vector<DerivedFeature> derived_features() const&& { return derived_features(); }
  /// The name of a feature or derived feature, as TreeNode::feature counts them.
  const std::string& name_of(int feature) const&;
  std::string name_of(int feature) const&& { return name_of(feature); }
  /// The label's column in the training data; empty when it had no name.
  const std::string& label_name() const&;
  std::string label_name() const&& { return label_name(); }
  /// Whether it was fitted with an offset, so that rows to predict have one, too.
  bool has_offset() const;
  /// Names of the classes; empty for real labels.
  const std::vector<std::string>& classes() const&;
  std::vector<std::string> classes() const&& { return classes(); }
  /// What it was trained on, to read other files alike: Dataset::from_csv("new.csv", model.schema()).
  Schema schema() const;

  /// What each feature did for the splits, the largest gain first, without features that no split uses.
  std::vector<Importance> importances() const;

  /// Of a ranking with loss.position_bias: what the places of a group have added to the scores of their rows at the end
  /// of training, the first place first; predictions have none of it. Empty for all other models, also for parts and
  /// sums of models.
  const std::vector<double>& position_biases() const&;
  std::vector<double> position_biases() const&& { return position_biases(); }

  /// The metrics after every round trained (those after the best round too). In files only with
  /// FitOptions::save_history.
  const std::vector<std::vector<MetricValue>>& history() const&;
  std::vector<std::vector<MetricValue>> history() const&& { return history(); }
  /// What a user would want to know, a sentence each: the training data's remarks(), that no split was possible, and
  /// why; that the loss has no curvature; that a metric was never finite. Not stored in files.
  const std::vector<std::string>& warnings() const&;
  std::vector<std::string> warnings() const&& { return warnings(); }
  /// Seconds spent on making bins, and on the rounds; not stored in files.
  double seconds_binning() const;
  double seconds_training() const;

  struct State;  // src/boosting/model/model.hpp
  explicit BoostedModel(std::shared_ptr<const State> state) noexcept;
  const State& state() const { return known("state"); }

 private:
  /// The state, or ArgumentError in the name of a call on an empty model.
  const State& known(const char* call) const;

  std::shared_ptr<const State> state_;
};

/// A few lines: rounds, trees and leaves, loss, label, and the features that gained most.
LINDEN_API std::ostream& operator<<(std::ostream& out, const BoostedModel& model);

}  // namespace linden
