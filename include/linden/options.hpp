// What boosted and linear models have in common for those who use them: the fields of configurations as text, the loss
// that a label asks for, and how and what to predict.
//
//     for (const FieldInfo& field : fields(config)) std::cout << field.name << " = " << field.value << "\n";
//     Tensor k = model.predict(test, {.output = Output::label});
#pragma once

#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/export.hpp>
#include <linden/loss.hpp>
#include <string>
#include <vector>

namespace linden {

/// One field of a configuration in words, for programs that take settings as text.
struct FieldInfo {
  std::string name;
  std::string value;  ///< as text, in the form set_field takes
  std::string range;  ///< "(0, 1]", "leaf_wise | level_wise"
  std::string meaning;
};

/// What a configuration has for one feature of the data.
struct FeatureValue {
  std::string feature;  ///< its name, see Dataset::feature_names
  double value = 0;
};

/// Values for some of the features, {{"age", 1}, {"income", -1}}. As text it is "age=1,income=-1", or "none"; blanks
/// around names and numbers are passed over. A name with a comma or a double quote in it, or a blank at its ends,
/// stands in double quotes, and a quote in it twice.
using FeatureValues = std::vector<FeatureValue>;

/// Groups of features by name, {{"age", "income"}, {"city"}}. As text it is "age,income;city", or "none"; blanks around
/// names are passed over. A name with a comma, a semicolon or a double quote in it, or a blank at its ends, stands in
/// double quotes, and a quote in it twice.
using FeatureGroups = std::vector<std::vector<std::string>>;

/// What a row weighs by its class, beside the weight that it has, where labels are classes. One of the three may be
/// set. Only training knows of it: metrics, those of the training rows too, take rows as the data weighs them.
struct ClassWeights {
  bool balanced = false;  ///< all classes alike, and all rows together as before: a class weighs rows / (classes * its
                          ///< rows), rows counted by their weights
  double positive = 1;    ///< of two classes, what rows of the second, class 1, weigh; > 0
  FeatureValues by_class = {};  ///< by the name of the class, {{"yes", 3}}, each > 0; classes without an entry have 1
};

/// The loss that loss::automatic stands for, for this label. Text is classes: logistic for two, softmax for more.
/// Numbers are numbers (squared), whole ones too, except where there are just two, such as 0 and 1: these are classes
/// (logistic). Classes that are numbered 0, 1, 2, ... want loss::softmax by name. Several labels a row
/// are 0 and 1 throughout (logistic) or numbers (squared). Throws DataError without a label.
LINDEN_API Loss default_loss(const Dataset& data);

/// How a model is written. Both have all of it, and are read by the same calls, which tell one from the other by the
/// first byte.
enum class ModelFormat {
  by_name,  ///< binary where the name of the file ends in ".linden" or ".bin" (or with ".gz" behind that), else json
  json,     ///< one line of text, to read, to search, to keep for ever
  binary,   ///< a fifth of the size, loaded in less than half of the time
};

/// What predict returns: after the link, before it, the most probable class, or (of a boosted model) the leaf reached
/// in each tree.
enum class Output { prediction, score, label, leaf };

struct PredictOptions {
  Output output = Output::prediction;
  /// Of a boosted model whose loss is a distribution (loss::normal_distribution, a custom loss with its link): its
  /// quantiles at these levels, each in (0, 1), in place of the prediction; [rows], or [rows, levels]. {0.05, 0.95} are
  /// the ends of an interval that holds nine tenths of labels.
  std::vector<double> quantiles = {};
  int rounds = 0;   ///< of a boosted model: use only the first rounds; 0: all
  int threads = 0;  ///< 0: all cores
  Device device = Device::cpu();
};

}  // namespace linden
