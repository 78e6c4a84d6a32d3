#include "interop/import/liblinear/liblinear.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "data/text/number.hpp"
#include "linear/certificate.hpp"
#include "linear/model_file.hpp"
#include "loss/link_only.hpp"

namespace linden {
namespace {

enum class Task { probabilities, classes, numbers, one_class };

constexpr std::pair<std::string_view, Task> solvers[] = {
    {"L2R_LR", Task::probabilities},
    {"L2R_LR_DUAL", Task::probabilities},
    {"L1R_LR", Task::probabilities},
    {"L2R_L2LOSS_SVC_DUAL", Task::classes},
    {"L2R_L2LOSS_SVC", Task::classes},
    {"L2R_L1LOSS_SVC_DUAL", Task::classes},
    {"MCSVM_CS", Task::classes},
    {"L1R_L2LOSS_SVC", Task::classes},
    {"L2R_L2LOSS_SVR", Task::numbers},
    {"L2R_L2LOSS_SVR_DUAL", Task::numbers},
    {"L2R_L1LOSS_SVR_DUAL", Task::numbers},
    {"ONECLASS_SVM", Task::one_class},
};

class Lines {
 public:
  explicit Lines(std::string_view text) : left_(text) {}

  /// The words of the next line that has any; none at the end.
  std::vector<std::string_view> next() {
    std::vector<std::string_view> words;
    while (words.empty() && !left_.empty()) {
      ++number_;
      std::string_view line = left_.substr(0, left_.find('\n'));
      left_.remove_prefix(std::min(line.size() + 1, left_.size()));
      while (!line.empty()) {
        const std::size_t begin = std::min(line.find_first_not_of(" \t\r"), line.size());
        line.remove_prefix(begin);
        const std::size_t size = std::min(line.find_first_of(" \t\r"), line.size());
        if (size > 0) words.push_back(line.substr(0, size));
        line.remove_prefix(size);
      }
    }
    return words;
  }
  std::size_t left() const noexcept { return left_.size(); }
  [[noreturn]] void refuse(const std::string& what) const { fail<FileError>("line {}: {}.", number_, what); }
  double number(std::string_view word) const {
    const std::optional<double> found = parse_number(word);
    if (!found || !std::isfinite(*found)) refuse(fmt::format("\"{}\" is not a finite number", word));
    return *found;
  }
  std::int64_t whole(std::string_view word, std::int64_t low, std::int64_t high) const {
    const double found = number(word);
    if (found != std::floor(found) || found < static_cast<double>(low) || found > static_cast<double>(high))
      refuse(fmt::format("{} must be a whole number in [{}, {}]", word, low, high));
    return static_cast<std::int64_t>(found);
  }

 private:
  std::string_view left_;
  std::size_t number_ = 0;
};

struct Settings {
  std::string solver;
  Task task = Task::classes;
  std::int64_t classes = 2, features = 0;
  std::vector<std::int64_t> labels;
  double bias = -1, rho = 0;
};

Settings read_settings(Lines& lines) {
  Settings settings;
  for (std::vector<std::string_view> words = lines.next(); words.empty() || words[0] != "w"; words = lines.next()) {
    if (words.empty()) lines.refuse("the weights, behind a line \"w\", are missing");
    const std::string_view name = words[0];
    if (name != "label" && words.size() != 2) lines.refuse(fmt::format("{} must have one value", name));
    if (name == "solver_type") {
      const auto found = std::ranges::find(solvers, words[1], &std::pair<std::string_view, Task>::first);
      if (found == std::end(solvers)) lines.refuse(fmt::format("solver {} is not known", words[1]));
      settings.solver = words[1];
      settings.task = found->second;
    } else if (name == "nr_class") {
      settings.classes = lines.whole(words[1], 1, std::numeric_limits<std::int32_t>::max());
    } else if (name == "label") {
      for (std::size_t i = 1; i < words.size(); ++i)
        settings.labels.push_back(lines.whole(words[i], INT32_MIN, INT32_MAX));
    } else if (name == "nr_feature") {
      settings.features = lines.whole(words[1], 0, std::numeric_limits<std::int32_t>::max() - 1);
    } else if (name == "bias") {
      settings.bias = lines.number(words[1]);
    } else if (name == "rho") {
      settings.rho = lines.number(words[1]);
    } else {
      lines.refuse(fmt::format("\"{}\" is not known", name));
    }
  }
  if (settings.solver.empty()) lines.refuse("solver_type is missing");
  const bool has_classes = settings.task == Task::probabilities || settings.task == Task::classes;
  if (has_classes && (settings.classes < 2 || std::ssize(settings.labels) != settings.classes))
    lines.refuse(fmt::format("there are {} labels for {} classes; two or more are wanted, one each",
                             settings.labels.size(), settings.classes));
  return settings;
}

// Where the weights of a score stand in a line, and which sign they get.
struct Score {
  std::size_t column;
  double sign;
};

Loss loss_of(const Settings& settings, int outputs) {
  const bool has_classes = settings.task == Task::probabilities || settings.task == Task::classes;
  if (settings.task == Task::probabilities && outputs == 1) return loss::logistic();
  return link_only_loss(settings.solver, has_classes ? Link::sigmoid : Link::identity, outputs,
                        has_classes ? LabelKind::classes : LabelKind::real);
}

}  // namespace

std::shared_ptr<const LinearModel::State> read_liblinear(std::string_view text) {
  Lines lines(text);
  const Settings settings = read_settings(lines);
  const bool has_classes = settings.task == Task::probabilities || settings.task == Task::classes;
  const bool has_two = settings.classes == 2 && settings.solver != "MCSVM_CS";
  const std::size_t columns = !has_classes || has_two ? 1 : static_cast<std::size_t>(settings.classes);

  // Classes ascend here, and of two the score is for the second; LIBLINEAR's is for the first in its order. The machine
  // of Crammer and Singer has a score for each of two classes, too.
  std::vector<std::size_t> order(settings.labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t k) { return settings.labels[k]; });
  LinearModel::State state;
  std::vector<Score> outputs;
  if (has_classes)
    for (const std::size_t k : order) state.classes.push_back(std::to_string(settings.labels[k]));
  if (columns > 1)
    for (const std::size_t k : order) outputs.push_back({k, 1});
  else
    outputs.push_back({0, has_classes && order[0] == 0 ? -1.0 : 1.0});
  state.intercept.assign(outputs.size(), 0);

  const std::size_t rows = static_cast<std::size_t>(settings.features) + (settings.bias >= 0 ? 1 : 0);
  if (rows > lines.left() / columns)
    lines.refuse(fmt::format("there are {} weights of {} features to come, more than the file has room for", columns,
                             settings.features));
  const auto features = static_cast<std::size_t>(settings.features);
  state.weights.resize(outputs.size() * features);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::vector<std::string_view> words = lines.next();
    if (words.size() != columns)
      lines.refuse(
          fmt::format("there are {} weights, but {} are wanted in each of {} lines", words.size(), columns, rows));
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      const double weight = outputs[k].sign * lines.number(words[outputs[k].column]) + 0.0;  // no -0
      if (row < features)
        state.weights[k * features + row] = weight;
      else
        state.intercept[k] += settings.bias * weight;
    }
  }
  if (!lines.next().empty()) lines.refuse("something follows the weights");
  if (settings.task == Task::one_class) state.intercept[0] -= settings.rho;

  for (std::size_t f = 1; f <= features; ++f) state.feature_names.push_back(std::to_string(f));
  state.config.loss = loss_of(settings, static_cast<int>(outputs.size()));
  state.config.intercept = settings.bias >= 0 || settings.task == Task::one_class;
  state.config.standardize = false;
  state.certificate = imported_certificate();
  return as_loaded("LIBLINEAR's weights", state);
}

}  // namespace linden
