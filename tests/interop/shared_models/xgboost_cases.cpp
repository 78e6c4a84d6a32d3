// Models of XGBoost 0.40 to 3.4. It sums floats: its predictions have seven digits.
#include "interop/shared_models/case.hpp"
#include "interop/shared_models/files.hpp"

namespace linden::shared_models {
namespace {

constexpr double seven_digits = 2e-6;

// Flags are numbers there.
Dataset by_name(const path& csv, const AnyModel& model) {
  std::string text = imports::bytes_of(csv);
  for (const auto& [word, number] : {std::pair<std::string, std::string>{"TRUE", "1"}, {"FALSE", "0"}})
    for (std::size_t at = 0; (at = text.find(word, at)) != text.npos;) text.replace(at, word.size(), number);
  const path copy = path(testing::TempDir()) / ("shared_models_" + csv.filename().string());
  std::ofstream(copy, std::ios::binary) << text;
  return Dataset::from_csv(copy, boosted(model).schema());
}

// Columns as XGBoost 0.4 had them: a flag for each category. A flag of another category is not there.
Dataset by_flags(const path& csv, const path& map, const AnyModel& model) {
  const Table table = imports::read_table(csv, ',', true);
  const Table features = imports::read_table(map, '\t', false);
  return imports::frame(boosted(model), table.rows.size(), [&](std::size_t f, std::size_t row) -> std::string {
    const std::string& feature = features.rows[f].at(1);
    const std::size_t equals = feature.find('=');
    const std::string& field = table.rows[row].at(static_cast<std::size_t>(table.column(feature.substr(0, equals))));
    if (equals != feature.npos) return field == feature.substr(equals + 1) ? "1" : "";
    return field == "NA" ? "" : field == "TRUE" ? "1" : field == "FALSE" ? "0" : field;
  });
}

// Rows of libsvm; what is absent is missing, or 0 where `dense`.
Dataset by_number(const path& file, int first, bool dense, const AnyModel& model) {
  const std::vector<std::string> names = std::visit([](const auto& m) { return m.feature_names(); }, model);
  const int features = names.empty() ? 1 : std::stoi(names.back()) + 1;
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<double> values, all;
  for (const std::map<int, double>& row : libsvm_rows(file, first)) {
    if (dense) all.resize(all.size() + static_cast<std::size_t>(features));
    for (const auto& [feature, value] : row) {
      if (feature >= features) continue;
      columns.push_back(feature), values.push_back(value);
      if (dense) all[all.size() - static_cast<std::size_t>(features - feature)] = value;
    }
    offsets.push_back(std::ssize(columns));
  }
  if (dense) return Dataset::from_rows(all, features);
  std::vector<std::string> texts;
  for (int f = 0; f < features; ++f) texts.push_back(std::to_string(f));
  return Dataset::from_csr(offsets, columns, values, features, {.names = texts});
}

// Of pmml-xgboost: a model, its rows, the columns of the expected predictions. "@31" of a name are the first 31 rounds.
struct Named {
  const char* model;
  std::vector<std::size_t> columns = {0};
  Output output = Output::prediction;
  int rounds = 0;
  std::vector<int> also = {};  // predictions of the first rounds, in files of their own
};

const std::vector<Named>& named() {
  static const std::vector<Named> all{
      {"AFTLung"},
      {"BinomialClassificationAudit", {2}, Output::prediction, 0, {31}},
      {"ExpectileRegressionAuto"},
      {"GammaRegressionVisit"},
      {"HingeClassificationAudit", {0}, Output::label},
      {"LinearRegressionAuto", {0}, Output::prediction, 25},
      {"LogisticRegressionAudit"},
      {"MultiBinomialClassificationAudit", {2, 5}, Output::prediction, 0, {31}},
      {"MultiDecisionTreeAuto", {0, 1}},
      {"MultiLinearRegressionAuto", {0, 1}},
      {"MultiRandomForestAuto", {0, 1}},
      {"MultinomialClassificationAudit", {1, 2}},
      {"MultinomialClassificationIris", {1, 2, 3}, Output::prediction, 0, {11}},
      {"PoissonRegressionVisit"},
      {"QuantileRegressionAuto"},
      {"TweedieRegressionVisit"},
  };
  return all;
}

std::string data_of(const std::string& model) {
  for (const char* name : {"Audit", "Auto", "Iris", "Lung", "Visit"})
    if (const std::size_t at = model.find(name); at != model.npos) return model.substr(at);
  return model;
}

void add_jpmml(std::vector<Case>& cases) {
  const path home = "jpmml_xgboost";
  for (const Named& one : named())
    for (const std::string missing : {"", "NA"}) {
      const std::string name = one.model + missing, data = data_of(name);
      if (name == "AFTLung") continue;  // there is none without missing values
      std::vector<int> rounds = one.also;
      rounds.insert(rounds.begin(), 0);
      for (const int part : rounds)
        for (const char* ending : {".json", ".ubj"}) {
          Case next{.model = home / "xgboost" / (name + ending)};
          const std::string predictions = part == 0 ? name : fmt::format("{}@{}", name, part);
          next.predictions = home / "csv" / (predictions + ".csv");
          next.rows = [=](const AnyModel& model) { return by_name(folder() / home / "csv" / (data + ".csv"), model); };
          next.expected = [file = next.predictions, columns = one.columns](std::size_t) {
            return columns_of(folder() / file, columns);
          };
          // Stopped early: predictions are those of the best round.
          const int best = name == "LinearRegressionAutoNA" ? 70 : one.rounds;
          next.options = {.output = one.output, .rounds = part > 0 ? part : best};
          next.tolerance = seven_digits;
          cases.push_back(std::move(next));
        }
    }
  for (const Named& one : named()) {
    const std::string name = one.model, data = data_of(name);
    if (!exists(folder() / home / "xgboost/legacy" / (name + ".model"))) continue;
    Case next{.model = home / "xgboost/legacy" / (name + ".model"),
              .predictions = home / "csv/legacy" / (name + ".csv")};
    next.rows = [=](const AnyModel& model) {
      return by_flags(folder() / home / "csv" / (data + ".csv"), folder() / home / "csv" / (data + ".fmap"), model);
    };
    next.expected = [file = next.predictions, columns = one.columns](std::size_t) {
      return columns_of(folder() / file, columns);
    };
    next.options = {.output = one.output, .rounds = name == "LinearRegressionAuto" ? 32 : 0};
    next.tolerance = seven_digits;
    cases.push_back(std::move(next));
  }
}

struct Numbered {
  std::string model, data, predictions;
  Output output = Output::prediction;
  int rounds = 0;
  int first = 0;  // the index of feature 0
  bool dense = false;
};

std::vector<Numbered> numbered() {
  const Output score = Output::score, leaf = Output::leaf, label = Output::label, prediction = Output::prediction;
  const std::string agaricus = "leaves/agaricus_test.libsvm", treelite = "treelite/dermatology/dermatology.";
  std::vector<Numbered> all{
      {"leaves/xgagaricus.model", agaricus, "leaves/xgagaricus_true_predictions.txt"},
      {"leaves/xgblin_agaricus.model", agaricus, "leaves/xgblin_agaricus_true_predictions.txt"},
      {"leaves/xgblin_agaricus.model", agaricus, "leaves/xgblin_agaricus_true_raw_predictions.txt", score},
      {"leaves/xg_dart_agaricus.model", agaricus, "leaves/xg_dart_agaricus_true_predictions.txt", score, 10},
      {"leaves/xgdermatology.model", "leaves/dermatology_test.libsvm", "leaves/xgdermatology_true_predictions.txt",
       score, 0, 0, true},
      {treelite + "model", treelite + "test", treelite + "test.margin", score, 0, 0, true},
      {treelite + "model", treelite + "test", treelite + "test.prob", prediction, 0, 0, true},
  };
  const std::string java = "xgboost_predictor_java/", mushrooms = java + "data/agaricus.txt.0.test";
  const auto add = [&](const std::string& model, const std::string& data, const std::string& predictions, Output output,
                       int rounds = 0, int first = 0) {
    all.push_back({java + "model/" + model, data, java + "expectation/" + predictions, output, rounds, first, false});
  };
  for (const std::string booster : {"gbtree", "gblinear"})
    for (const std::string version : {"v40", "v47"})
      for (const std::string objective : {"binary-logistic", "binary-logitraw", "multi-softmax", "multi-softprob"}) {
        const std::string stem = booster + "/" + version + "/" + objective;
        const Output predicted = objective == "multi-softmax" ? label : prediction;
        add(stem + ".model", mushrooms, stem + ".predict", predicted);
        add(stem + ".model", mushrooms, stem + ".margin", score);
        if (booster == "gblinear") continue;
        add(stem + ".model", mushrooms, stem + ".predict_ntree", predicted, 1);
        add(stem + ".model", mushrooms, stem + ".leaf", leaf);
        add(stem + ".model", mushrooms, stem + ".leaf_ntree", leaf,
            objective.starts_with("multi") ? 1 : 2);  // two trees
      }
  const std::string data = java + "data/";
  for (const std::string stem : {"gbtree/v47/rank-pairwise", "dart/rank-pairwise"})
    add(stem + ".model", data + "mq2008.test", stem + ".predict", prediction);
  add("gbtree/v47/sms-spam.model", data + "sms-spam.test", "gbtree/v47/sms-spam.predict", prediction);
  add("gbtree/v47/sms-spam.model", data + "sms-spam.test", "gbtree/v47/sms-spam.leaf", leaf);
  for (const std::string ending : {".model", ".model.spark"}) {
    add("gbtree/spark/agaricus" + ending, mushrooms, "gbtree/spark/agaricus.predict", prediction);
    add("gbtree/spark/housing" + ending, data + "housing.test", "gbtree/spark/housing.predict", prediction, 0, 1);
    add("gbtree/spark/iris" + ending, data + "iris.test", "gbtree/spark/iris.predict", label, 0, 1);
  }
  return all;
}

}  // namespace

std::vector<Case> xgboost_cases() {
  std::vector<Case> cases;
  add_jpmml(cases);
  for (const Numbered& one : numbered()) {
    Case next{.model = one.model, .predictions = one.predictions};
    next.rows = [=](const AnyModel& model) { return by_number(folder() / one.data, one.first, one.dense, model); };
    next.expected = [=](std::size_t) { return numbers_of(folder() / one.predictions); };
    next.options = {.output = one.output, .rounds = one.rounds};
    next.tolerance = seven_digits;
    cases.push_back(std::move(next));
  }
  cases.push_back({.model = "treelite/mushroom/mushroom.model", .note = "no predictions are kept with it"});
  cases.push_back(
      {.model = "xgboost_predictor_java/model/gbtree/v47/pairwise.model", .note = "no predictions are kept with it"});
  return cases;
}

}  // namespace linden::shared_models
