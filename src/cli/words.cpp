#include "cli/words.hpp"

#include <algorithm>
#include <array>

namespace linden::cli {
namespace {

struct Word {
  std::string_view library, program;
};

// Where the library says which function was called, the user knows which command. Files keep their name.
constexpr Word openings[] = {
    {"fit_boosted: validation set: ", "--valid: "},
    {"fit_boosted: validation set \"", "--valid \""},
    {"fit_boosted: .start: ", "--start: "},
    {"fit_boosted: ", ""},
    {"Reading text: ", ""},
    {"fit_linear: ", ""},
    {"OnlineLearner: ", ""},
    {"OnlineLearner::partial_fit: ", ""},
    {"fit_path: ", ""},
    {"cross_validate_path: ", ""},
    {"choose: ", "--choose: "},
    {"path rule: ", "--choose: "},
    {"mpi::Communicator: ", ""},
    {"cross_validate: ", ""},
    {"search: ", ""},
    {"space: ", "--try: "},
    {"folds_by_time: ", ""},
    {"repeated_folds: ", ""},
    {"Dataset::folds: ", ""},
    {"default_loss: ", ""},
    {"merge_models: ", ""},
    {"average_models: ", ""},
    {"refit_leaves: ", ""},
    {"BoostedModel::predict: ", ""},
    {"BoostedModel::labels_of: ", ""},
    {"BoostedModel::survival: ", ""},
    {"BoostedModel::median_time: ", ""},
    {"integrated_brier_score: ", "--times: "},
    {"LinearModel::predict: ", ""},
    {"permutation_importances: ", ""},
    {"shap_importances: ", ""},
    {"partial_dependence: ", ""},
    {"individual_dependence: ", ""},
    {"accumulated_effects: ", ""},
    {"neighbours: ", ""},
    {"report: .train: ", "--train: "},
    {"report: ", ""},
    {"LinearModel::labels_of: ", ""},
    {"explain: .background: ", "--background: "},
    {"explain: .background ", "--background "},
    {"explain: ", ""},
    {"Device::all_cuda: ", "--device cuda:all: "},
    {"Dataset: ", ""},
    {"Dataset::concat: ", ""},
    {"metric: ", "--metrics: "},
    {"statistics: ", ""},
    {"with_trials: ", "--trials: "},
    {"row_statistics: ", "--rows: "},
    {"profile_intervals: ", "--profile: "},
    {"marginal_effects: ", "--effects: "},
    {"covariance: ", "--covariance: "},
    {"fit_firth: ", "--firth: "},
    {"formula: ", "--formula: "},
    {"LinearModel::remarks_on: ", ""},
};

// Calls and fields that an option has in other words than its name.
constexpr Word words[] = {
    {"fit_linear at each", "linden train with each"},
    {"or fit_firth", "or linden train --firth"},
    {".background = train", "--background FILE"},
    {"a .background", "--background"},
    {"of .background are", "of --background are"},
    {".by_rows", "--by-rows"},
    {"Hint: cross_validate_path.", "Hint: --choose best."},
    {".strengths = {...}", "--strengths"},
    {".strengths", "--strengths"},
    {".l1_share is", "--l1-share is"},
    {".least is", "--least is"},
    {".header = false", "--no-header"},
    {"go on from it with .start = model", "linden train --start goes on from it"},
    {".zero_based = true", "--zero-based"},
    {".skip_groups = true", "--skip-groups"},
    {".drop_unlabelled = true", "--drop-unlabelled"},
    {".device = Device::cpu()", "--device cpu"},
    {".memory is", "--memory is"},
    {".csv.group is", "--group is"},
    {"Dataset::from_csv reads them", "leave --memory out"},
    {"Dataset::from_csv reads other sources", "leave --memory out"},
    {"rows in memory, Dataset::from_csv", "leave --memory out"},
    {".to(Device::cpu())", "--device cpu"},
    {"have rows without a label left out", "--drop-unlabelled leaves out rows without a label"},
    {"name it among the missing tokens and leave such rows out", "name it in --missing and --drop-unlabelled"},
    {"name it among the missing tokens", "name it in --missing"},
    {"name a column of numbers in CsvOptions::categorical", "name a column of numbers in --categorical"},
    {"name the column among the categorical ones", "name the column in --categorical, in training"},
    {"say that the file has no header", "--no-header"},
    {"the delimiter is", "--delimiter is"},
    {"models are written by save() and by linden train --out",
     "models are written by linden train --out, and linden convert makes them of models of other libraries"},
    {"as save() writes it", "as linden train writes it"},
    {"fewer .devices", "fewer of them in --device"},
    {"FitOptions.devices", "--device"},
    {"Device::best()", "--device auto"},
    {"Device::cpu()", "--device cpu"},
    {"Output::label", "--output class"},
    {"partial_dependence takes them", "--kind partial takes them"},
    {"prediction, score and label", "prediction, score and class"},
    {" and loss::custom", ""},
    {", or read the file by the model's schema, which names what is no number", ""},
    {"read the file by the model's schema, or name", "name"},
    {", by with_label", ""},
    {", by with_offset", ""},
    {".count is", "--folds is"},
    {"another .file", "another --trials-file"},
    {"Halving.factor", "--factor"},
    {"space::of(config) is one to begin with", "leave out --try for one to begin with"},
    {".budget = Halving::Budget::rows", "--halving rows"},
    {".halving gives", "--halving rounds gives"},
    {".early_stopping looks", "--patience looks"},
    {"SearchOptions.", "--"},
    {"Checkpoint.path", "--checkpoint"},
    {"Checkpoint.every", "--checkpoint-every"},
    {"Checkpoint.resume", "--resume"},
    {"another path", "another --checkpoint"},
    {"the callbacks of that fit, or", "the same options, or"},
    {"begin anew", "leave --resume out"},
    {"a longer timeout", "a longer --ranks-timeout"},
    {"name one, .metric", "name one, --metrics"},
    {"the space has", "--try has"},
    {".groups has", "--fold-groups has"},
    {"strata are asked for, and the data has groups", "--stratified does not go with --group"},
    {"; with rows in memory, .groups", ""},
    {"rows, features or max_bins", "rows, features or --max-bins"},
    {"Output::", "--output "},
    {"BoostingConfig has no field", "Boosted models have no field"},
    {"a smaller .alpha", "a smaller --alpha"},
    {"OnlineConfig has no field", "Online models have no field"},
    {"LinearConfig has no field", "Linear models have no field"},
    {"EarlyStopping::", "--"},
    {"metric::", "metric "},
};

// What the structs of options are called; a field follows behind "::" or ".".
constexpr std::string_view structs[] = {"CsvOptions",     "LibsvmOptions", "RowOptions",
                                        "FitOptions",     "LinearOptions", "PredictOptions",
                                        "BoostingConfig", "LinearConfig",  "OnlineConfig"};

bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

std::string_view name_at(std::string_view text) {
  return text.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(text, is_name) - text.begin()));
}

// A field, or one of a group: "constraints.monotone".
std::string_view field_at(std::string_view text) {
  const std::size_t length = name_at(text).size();
  const std::string_view behind = text.substr(length);
  const std::size_t within = behind.starts_with('.') ? name_at(behind.substr(1)).size() : 0;
  return text.substr(0, within > 0 ? length + 1 + within : length);
}

// Reads a message from its front, and writes it again.
class Translation {
 public:
  explicit Translation(std::string_view message) : rest_(message) {}

  std::string text() {
    take_opening();
    while (!rest_.empty()) {
      if (rest_[0] == '"')
        copy(std::min(rest_.size(), rest_.find('"', 1) == rest_.npos ? rest_.size() : rest_.find('"', 1) + 1));
      else if (!take_word() && !take_device() && !take_struct() && !take_field() && !take_loss())
        copy(1);
    }
    return std::move(text_);
  }

 private:
  void copy(std::size_t count) {
    text_ += rest_.substr(0, count);
    rest_.remove_prefix(count);
  }

  void take_opening() {
    // Where memory ran out is nothing that a user could mend.
    if (const std::size_t end = rest_.find(": memory ran out"); end != rest_.npos) rest_.remove_prefix(end + 2);
    for (const Word& word : openings)
      if (rest_.starts_with(word.library)) {
        text_ += word.program;
        rest_.remove_prefix(word.library.size());
        return;
      }
    // Dataset::from_csv("x.csv"): and load("m.json"): are about the file. Its name may have any character.
    for (const std::string_view call :
         {"Dataset::from_csv(\"", "Dataset::from_libsvm(\"", "Dataset::from_files(\"", "load(\""}) {
      const std::size_t end = rest_.find("\"): ");
      if (!rest_.starts_with(call) || end == rest_.npos) continue;
      text_ += rest_.substr(call.size(), end - call.size());
      rest_.remove_prefix(end + 2);
      return;
    }
  }

  bool take_word() {
    for (const Word& word : words)
      if (rest_.starts_with(word.library)) {
        text_ += word.program;
        rest_.remove_prefix(word.library.size());
        return true;
      }
    return false;
  }

  // "Device::cuda(0)".
  bool take_device() {
    constexpr std::string_view call = "Device::cuda(";
    if (!rest_.starts_with(call) || rest_.find(')') == rest_.npos) return false;
    text_ += "--device cuda";
    rest_.remove_prefix(rest_.find(')') + 1);
    return true;
  }

  // "CsvOptions::categorical", "BoostingConfig.rounds".
  bool take_struct() {
    for (const std::string_view name : structs) {
      if (!rest_.starts_with(name)) continue;
      std::string_view behind = rest_.substr(name.size());
      if (!behind.starts_with("::") && !behind.starts_with('.')) continue;
      behind.remove_prefix(behind.starts_with("::") ? 2 : 1);
      if (name_at(behind).empty()) continue;
      rest_ = behind;
      take_name();
      return true;
    }
    return false;
  }

  // ".delimiter is", ".loss = ...": a point before a name, behind nothing that it could belong to.
  bool take_field() {
    const bool is_behind_text = !text_.empty() && text_.back() != ' ' && text_.back() != '(';
    if (rest_[0] != '.' || is_behind_text || rest_.size() < 2 || rest_[1] < 'a' || rest_[1] > 'z') return false;
    const std::string_view behind = rest_.substr(1 + field_at(rest_.substr(1)).size());
    const bool ends = behind.empty() || behind == "." || behind.starts_with(". ") ||
                      std::string_view(" ,;)").find(behind[0]) != std::string_view::npos;
    if (!ends) return false;  // ".hidden.csv:3", which is a file
    rest_.remove_prefix(1);
    take_name();
    return true;
  }

  void take_name() {
    const std::string_view name = field_at(rest_);
    text_ += option_of(name);
    rest_.remove_prefix(name.size());
    if (!rest_.starts_with(" = ")) return;
    text_ += ' ';
    rest_.remove_prefix(3);
  }

  // "loss::softmax({.classes = 3})": the program's losses have a name.
  bool take_loss() {
    constexpr std::string_view prefix = "loss::";
    if (!rest_.starts_with(prefix)) return false;
    rest_.remove_prefix(prefix.size());
    const std::string_view name = name_at(rest_);
    rest_.remove_prefix(name.size());
    if (rest_.starts_with(": ")) {  // "loss::quantile: level is 9" is about its parameter
      text_ += "--loss.";
      rest_.remove_prefix(2);
      return true;
    }
    text_ += name;
    if (rest_.starts_with('(') && rest_.find(')') != rest_.npos) rest_.remove_prefix(rest_.find(')') + 1);
    return true;
  }

  std::string_view rest_;
  std::string text_;
};

}  // namespace

std::string in_options(std::string_view message) { return Translation(message).text(); }

std::string option_of(std::string_view field) {
  std::string option = "--" + std::string(field);
  std::ranges::replace(option, '_', '-');
  return option;
}

}  // namespace linden::cli
