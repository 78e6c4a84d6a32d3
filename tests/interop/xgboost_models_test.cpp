// Models that XGBoost itself wrote, of 0.40 to 3.4, on rows whose predictions it left with them: every file of the
// folder of other libraries' models, where there is one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <linden/interop.hpp>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace linden {
namespace {

std::filesystem::path models() { return std::filesystem::path(LINDEN_SOURCE_DIR) / "../shared/models"; }

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> split(const std::string& line, const std::string& marks) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find_first_of(marks, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::istringstream in(text_of(path));
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

// All numbers of a file, row by row.
std::vector<double> numbers_of(const std::filesystem::path& path) {
  std::vector<double> numbers;
  for (const std::string& line : lines_of(path))
    for (const std::string& word : split(line, ",\t ")) numbers.push_back(std::stod(word));
  return numbers;
}

// The columns of a CSV, of the names that are wanted (with quotes left out), row by row.
std::vector<double> columns_of(const std::filesystem::path& path, const std::vector<int>& wanted) {
  std::vector<double> numbers;
  const std::vector<std::string> lines = lines_of(path);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> fields = split(lines[i], ",");
    for (const int column : wanted) numbers.push_back(std::stod(fields[static_cast<std::size_t>(column)]));
  }
  return numbers;
}

// Rows of libsvm whose feature i is index i + `first`; what is absent is missing, or 0 where `dense`.
Dataset rows_of(const std::filesystem::path& path, int features, int first, bool dense) {
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<double> values;
  for (const std::string& line : lines_of(path)) {
    std::map<int, double> row;
    for (const std::string& word : split(line, " "))
      if (const std::size_t colon = word.find(':'); colon != word.npos)
        if (const int feature = std::stoi(word.substr(0, colon)) - first; feature < features)
          row[feature] = std::stod(word.substr(colon + 1));
    for (const auto& [feature, value] : row) columns.push_back(feature), values.push_back(value);
    offsets.push_back(std::ssize(columns));
  }
  std::vector<std::string> names;
  for (int f = 0; f < features; ++f) names.push_back(std::to_string(f));
  if (!dense) return Dataset::from_csr(offsets, columns, values, features, {.names = names});
  std::vector<double> all((offsets.size() - 1) * static_cast<std::size_t>(features));
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i)
    for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e)
      all[i * static_cast<std::size_t>(features) + static_cast<std::size_t>(columns[static_cast<std::size_t>(e)])] =
          values[static_cast<std::size_t>(e)];
  return Dataset::from_rows(all, features);
}

Tensor predicted(const AnyModel& model, const Dataset& data, const PredictOptions& options) {
  return std::visit([&](const auto& m) { return m.predict(data, options); }, model);
}

// The largest difference, relative to 1 or the value.
double distance(const Tensor& found, const std::vector<double>& wanted) {
  EXPECT_EQ(found.elements(), std::ssize(wanted));
  if (found.elements() != std::ssize(wanted)) return HUGE_VAL;
  const std::vector<double> values = found.contiguous().to_vector<double>();
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double apart = std::abs(values[i] - wanted[i]) / std::max(1.0, std::abs(wanted[i]));
    largest = std::max(largest, std::isnan(apart) ? HUGE_VAL : apart);
  }
  return largest;
}

class XgboostModels : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(models()))
      GTEST_SKIP() << "no folder of other libraries' models beside the source tree";
  }
};

// Rows with a name a column, and predictions behind a header.
struct NamedCase {
  const char* model;
  const char* data;
  const char* expected;
  std::vector<int> columns = {0};  // of the expected predictions
  Output output = Output::prediction;
  int rounds = 0;
};

const std::vector<NamedCase>& named_cases() {
  static const std::vector<int> one_of_two{2}, both{1, 2}, three{1, 2, 3}, labels{0}, of_targets{2, 5}, two{0, 1};
  static const std::vector<NamedCase> cases{
      {"AFTLungNA", "LungNA", "AFTLungNA"},
      {"BinomialClassificationAudit", "Audit", "BinomialClassificationAudit", one_of_two},
      {"BinomialClassificationAudit", "Audit", "BinomialClassificationAudit@31", one_of_two, Output::prediction, 31},
      {"BinomialClassificationAuditNA", "AuditNA", "BinomialClassificationAuditNA", one_of_two},
      {"BinomialClassificationAuditNA", "AuditNA", "BinomialClassificationAuditNA@31", one_of_two, Output::prediction,
       31},
      {"ExpectileRegressionAuto", "Auto", "ExpectileRegressionAuto"},
      {"ExpectileRegressionAutoNA", "AutoNA", "ExpectileRegressionAutoNA"},
      {"GammaRegressionVisit", "Visit", "GammaRegressionVisit"},
      {"GammaRegressionVisitNA", "VisitNA", "GammaRegressionVisitNA"},
      {"HingeClassificationAudit", "Audit", "HingeClassificationAudit", labels, Output::label},
      {"HingeClassificationAuditNA", "AuditNA", "HingeClassificationAuditNA", labels, Output::label},
      {"LinearRegressionAuto", "Auto", "LinearRegressionAuto", {0}, Output::prediction, 25},
      {"LinearRegressionAutoNA", "AutoNA", "LinearRegressionAutoNA", {0}, Output::prediction, 70},
      {"LogisticRegressionAudit", "Audit", "LogisticRegressionAudit"},
      {"LogisticRegressionAuditNA", "AuditNA", "LogisticRegressionAuditNA"},
      {"MultiBinomialClassificationAudit", "Audit", "MultiBinomialClassificationAudit", of_targets},
      {"MultiBinomialClassificationAudit", "Audit", "MultiBinomialClassificationAudit@31", of_targets,
       Output::prediction, 31},
      {"MultiBinomialClassificationAuditNA", "AuditNA", "MultiBinomialClassificationAuditNA", of_targets},
      {"MultiBinomialClassificationAuditNA", "AuditNA", "MultiBinomialClassificationAuditNA@31", of_targets,
       Output::prediction, 31},
      {"MultiDecisionTreeAuto", "Auto", "MultiDecisionTreeAuto", two},
      {"MultiDecisionTreeAutoNA", "AutoNA", "MultiDecisionTreeAutoNA", two},
      {"MultiLinearRegressionAuto", "Auto", "MultiLinearRegressionAuto", two},
      {"MultiLinearRegressionAutoNA", "AutoNA", "MultiLinearRegressionAutoNA", two},
      {"MultiRandomForestAuto", "Auto", "MultiRandomForestAuto", two},
      {"MultiRandomForestAutoNA", "AutoNA", "MultiRandomForestAutoNA", two},
      {"MultinomialClassificationAudit", "Audit", "MultinomialClassificationAudit", both},
      {"MultinomialClassificationAuditNA", "AuditNA", "MultinomialClassificationAuditNA", both},
      {"MultinomialClassificationIris", "Iris", "MultinomialClassificationIris", three},
      {"MultinomialClassificationIris", "Iris", "MultinomialClassificationIris@11", three, Output::prediction, 11},
      {"MultinomialClassificationIrisNA", "IrisNA", "MultinomialClassificationIrisNA", three},
      {"MultinomialClassificationIrisNA", "IrisNA", "MultinomialClassificationIrisNA@11", three, Output::prediction,
       11},
      {"PoissonRegressionVisit", "Visit", "PoissonRegressionVisit"},
      {"PoissonRegressionVisitNA", "VisitNA", "PoissonRegressionVisitNA"},
      {"QuantileRegressionAuto", "Auto", "QuantileRegressionAuto"},
      {"QuantileRegressionAutoNA", "AutoNA", "QuantileRegressionAutoNA"},
      {"TweedieRegressionVisit", "Visit", "TweedieRegressionVisit"},
      {"TweedieRegressionVisitNA", "VisitNA", "TweedieRegressionVisitNA"},
  };
  return cases;
}

// XGBoost sums floats: its predictions have seven digits.
constexpr double tolerance = 2e-6;

// Flags are numbers there.
std::filesystem::path with_numbers(const std::filesystem::path& csv) {
  std::string text = text_of(csv);
  for (const auto& [word, number] : {std::pair{"TRUE", "1"}, std::pair{"FALSE", "0"}})
    for (std::size_t at = 0; (at = text.find(word, at)) != text.npos;) text.replace(at, std::strlen(word), number);
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / ("interop_" + csv.filename().string());
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST_F(XgboostModels, OfNamedColumnsPredictAsTheirMaker) {
  const auto folder = models() / "jpmml_xgboost";
  std::set<std::string> seen;
  double largest = 0;
  for (const NamedCase& one : named_cases()) {
    const std::vector<double> wanted = columns_of(folder / "csv" / (std::string(one.expected) + ".csv"), one.columns);
    for (const char* ending : {".json", ".ubj"}) {
      const std::string name = std::string(one.model) + ending;
      SCOPED_TRACE(name + " " + one.expected);
      seen.insert(name);
      const AnyModel model = import_model(folder / "xgboost" / name);
      const Dataset data = Dataset::from_csv(with_numbers(folder / "csv" / (std::string(one.data) + ".csv")),
                                             std::get<BoostedModel>(model).schema());
      const double apart = distance(predicted(model, data, {.output = one.output, .rounds = one.rounds}), wanted);
      EXPECT_LE(apart, tolerance);
      largest = std::max(largest, apart);
    }
  }
  RecordProperty("largest_difference", std::to_string(largest));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "xgboost")) {
    if (entry.is_directory()) continue;
    ++files;
    EXPECT_TRUE(seen.contains(entry.path().filename().string())) << entry.path();
  }
  EXPECT_EQ(files, seen.size());
}

// Columns as XGBoost 0.4 had them: a flag for each category. A flag of another category is not there.
Dataset with_flags(const std::filesystem::path& csv, const std::filesystem::path& map) {
  const std::vector<std::string> lines = lines_of(csv);
  const std::vector<std::string> names = split(lines[0], ",");
  std::vector<double> values;
  int features = 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> fields = split(lines[i], ",");
    features = 0;
    for (const std::string& feature : lines_of(map)) {
      const std::vector<std::string> words = split(feature, "\t");
      const std::size_t equals = words[1].find('=');
      const std::string name = words[1].substr(0, equals);
      const auto column = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
      const std::string& field = fields.at(column);
      if (equals == std::string::npos)
        values.push_back(field == "NA" ? NAN : field == "TRUE" ? 1 : field == "FALSE" ? 0 : std::stod(field));
      else
        values.push_back(field == words[1].substr(equals + 1) ? 1 : NAN);
      ++features;
    }
  }
  return Dataset::from_rows(values, features);
}

TEST_F(XgboostModels, OfTheBinaryFormWithFlagsPredictAsTheirMaker) {
  const auto folder = models() / "jpmml_xgboost";
  const std::vector<NamedCase> cases{
      {"BinomialClassificationAudit", "Audit", "BinomialClassificationAudit", {2}},
      {"GammaRegressionVisit", "Visit", "GammaRegressionVisit"},
      {"HingeClassificationAudit", "Audit", "HingeClassificationAudit", {0}, Output::label},
      {"LinearRegressionAuto", "Auto", "LinearRegressionAuto", {0}, Output::prediction, 32},
      {"LogisticRegressionAudit", "Audit", "LogisticRegressionAudit"},
      {"MultinomialClassificationAudit", "Audit", "MultinomialClassificationAudit", {1, 2}},
      {"MultinomialClassificationIris", "Iris", "MultinomialClassificationIris", {1, 2, 3}},
      {"PoissonRegressionVisit", "Visit", "PoissonRegressionVisit"},
      {"TweedieRegressionVisit", "Visit", "TweedieRegressionVisit"},
  };
  for (const NamedCase& one : cases) {
    SCOPED_TRACE(one.model);
    const AnyModel model = import_model(folder / "xgboost/legacy" / (std::string(one.model) + ".model"));
    const Dataset data = with_flags(folder / "csv" / (std::string(one.data) + ".csv"),
                                    folder / "csv" / (std::string(one.data) + ".fmap"));
    const std::vector<double> wanted =
        columns_of(folder / "csv/legacy" / (std::string(one.expected) + ".csv"), one.columns);
    EXPECT_LE(distance(predicted(model, data, {.output = one.output, .rounds = one.rounds}), wanted), tolerance);
  }
}

// Rows of libsvm, and predictions in the order of the rows.
struct SparseCase {
  const char* model;
  const char* data;
  const char* expected;
  int first = 0;  // the index of feature 0
  Output output = Output::prediction;
  int rounds = 0;
  bool dense = false;
};

const std::vector<SparseCase>& sparse_cases() {
  static const std::vector<SparseCase> cases = [] {
    std::vector<SparseCase> all{
        {"leaves/xgagaricus.model", "leaves/agaricus_test.libsvm", "leaves/xgagaricus_true_predictions.txt"},
        {"leaves/xgblin_agaricus.model", "leaves/agaricus_test.libsvm", "leaves/xgblin_agaricus_true_predictions.txt"},
        {"leaves/xgblin_agaricus.model", "leaves/agaricus_test.libsvm",
         "leaves/xgblin_agaricus_true_raw_predictions.txt", 0, Output::score},
        {"leaves/xg_dart_agaricus.model", "leaves/agaricus_test.libsvm", "leaves/xg_dart_agaricus_true_predictions.txt",
         0, Output::score, 10},
        {"leaves/xgdermatology.model", "leaves/dermatology_test.libsvm", "leaves/xgdermatology_true_predictions.txt", 0,
         Output::score, 0, true},
        {"treelite/dermatology/dermatology.model", "treelite/dermatology/dermatology.test",
         "treelite/dermatology/dermatology.test.margin", 0, Output::score, 0, true},
        {"treelite/dermatology/dermatology.model", "treelite/dermatology/dermatology.test",
         "treelite/dermatology/dermatology.test.prob", 0, Output::prediction, 0, true},
    };
    static std::vector<std::string> kept;
    kept.reserve(200);
    const auto keep = [](const std::string& text) { return kept.emplace_back(text).c_str(); };
    const std::string java = "xgboost_predictor_java/";
    const char* const agaricus = "xgboost_predictor_java/data/agaricus.txt.0.test";
    for (const char* booster : {"gbtree", "gblinear"})
      for (const char* version : {"v40", "v47"})
        for (const char* objective : {"binary-logistic", "binary-logitraw", "multi-softmax", "multi-softprob"}) {
          const std::string stem = std::string(booster) + "/" + version + "/" + objective;
          const char* const model = keep(java + "model/" + stem + ".model");
          const auto add = [&](const char* ending, Output output, int rounds) {
            all.push_back({model, agaricus, keep(java + "expectation/" + stem + ending), 0, output, rounds});
          };
          const bool is_label = stem.ends_with("softmax");
          add(".predict", is_label ? Output::label : Output::prediction, 0);
          add(".margin", Output::score, 0);
          if (stem.starts_with("gbtree")) {
            add(".predict_ntree", is_label ? Output::label : Output::prediction, 1);
            add(".leaf", Output::leaf, 0);
            add(".leaf_ntree", Output::leaf, stem.find("multi") == stem.npos ? 2 : 1);  // two trees
          }
        }
    const std::vector<SparseCase> others{
        {"model/gbtree/v47/rank-pairwise.model", "data/mq2008.test", "expectation/gbtree/v47/rank-pairwise.predict"},
        {"model/dart/rank-pairwise.model", "data/mq2008.test", "expectation/dart/rank-pairwise.predict"},
        {"model/gbtree/v47/sms-spam.model", "data/sms-spam.test", "expectation/gbtree/v47/sms-spam.predict"},
        {"model/gbtree/v47/sms-spam.model", "data/sms-spam.test", "expectation/gbtree/v47/sms-spam.leaf", 0,
         Output::leaf},
        {"model/gbtree/spark/agaricus.model", "data/agaricus.txt.0.test", "expectation/gbtree/spark/agaricus.predict"},
        {"model/gbtree/spark/agaricus.model.spark", "data/agaricus.txt.0.test",
         "expectation/gbtree/spark/agaricus.predict"},
        {"model/gbtree/spark/housing.model", "data/housing.test", "expectation/gbtree/spark/housing.predict", 1},
        {"model/gbtree/spark/housing.model.spark", "data/housing.test", "expectation/gbtree/spark/housing.predict", 1},
        {"model/gbtree/spark/iris.model", "data/iris.test", "expectation/gbtree/spark/iris.predict", 1, Output::label},
        {"model/gbtree/spark/iris.model.spark", "data/iris.test", "expectation/gbtree/spark/iris.predict", 1,
         Output::label},
    };
    for (const SparseCase& one : others)
      all.push_back({keep(java + one.model), keep(java + one.data), keep(java + one.expected), one.first, one.output,
                     one.rounds, one.dense});
    return all;
  }();
  return cases;
}

int features_of(const AnyModel& model) {
  const std::vector<std::string> names = std::visit([](const auto& m) { return m.feature_names(); }, model);
  return names.empty() ? 1 : std::stoi(names.back()) + 1;
}

// Leaves have other numbers there: those of nodes. Each must be one of ours, and the other way round.
void expect_same_leaves(const Tensor& found, const std::vector<double>& wanted) {
  ASSERT_EQ(found.elements(), std::ssize(wanted));
  const std::int64_t trees = found.size(1);
  const std::vector<std::int32_t> leaves = found.to_vector<std::int32_t>();
  std::map<std::pair<std::int64_t, std::int32_t>, double> theirs;
  std::map<std::pair<std::int64_t, double>, std::int32_t> ours;
  for (std::int64_t i = 0; i < found.elements(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    ASSERT_EQ(theirs.try_emplace({i % trees, leaves[at]}, wanted[at]).first->second, wanted[at]) << i;
    ASSERT_EQ(ours.try_emplace({i % trees, wanted[at]}, leaves[at]).first->second, leaves[at]) << i;
  }
}

TEST_F(XgboostModels, OfNumberedColumnsPredictAsTheirMaker) {
  for (const SparseCase& one : sparse_cases()) {
    SCOPED_TRACE(std::string(one.model) + " " + one.expected);
    const AnyModel model = import_model(models() / one.model);
    const Dataset data = rows_of(models() / one.data, features_of(model), one.first, one.dense);
    const Tensor found = predicted(model, data, {.output = one.output, .rounds = one.rounds});
    const std::vector<double> wanted = numbers_of(models() / one.expected);
    if (one.output == Output::leaf)
      expect_same_leaves(found, wanted);
    else
      EXPECT_LE(distance(found, wanted), tolerance);
  }
}

// The readers of files find columns by their indices, as XGBoost does.
TEST_F(XgboostModels, FindTheIndicesOfLibsvm) {
  const auto leaves = models() / "leaves";
  const AnyModel model = import_model(leaves / "xgagaricus.model");
  const std::vector<double> wanted = numbers_of(leaves / "xgagaricus_true_predictions.txt");
  const auto file = leaves / "agaricus_test.libsvm";
  EXPECT_LE(distance(predicted(model, Dataset::from_libsvm(file, std::get<BoostedModel>(model).schema()), {}), wanted),
            tolerance);
  EXPECT_LE(distance(predicted(model, Dataset::from_libsvm(file), {}), wanted), tolerance);
}

TEST_F(XgboostModels, OfOtherFoldersLoad) {
  EXPECT_EQ(std::get<BoostedModel>(import_model(models() / "treelite/mushroom/mushroom.model")).outputs(), 1);
  EXPECT_EQ(std::get<BoostedModel>(import_model(models() / "xgboost_predictor_java/model/gbtree/v47/pairwise.model"))
                .loss()
                .name(),
            "rank:pairwise");
}

}  // namespace
}  // namespace linden
