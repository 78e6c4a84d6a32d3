// Every model of the folder of other libraries' models, where there is one: it predicts as its maker did, within what
// its README says, or it is refused for the reason that stands here. The test prints the table.
#include <gtest/gtest.h>

#include <iostream>
#include <iterator>
#include <linden/interop.hpp>
#include <linden/ops.hpp>
#include <set>

#include "interop/shared_models/case.hpp"
#include "interop/shared_models/files.hpp"
#include "refusal.hpp"

namespace linden::shared_models {
namespace {

class SharedModels : public testing::Test {
 protected:
  void SetUp() override {
    if (!exists(folder())) GTEST_SKIP() << "no folder of other libraries' models beside the source tree";
  }
};

std::vector<Case> other_cases() {
  std::vector<Case> cases;
  const auto refuse = [&](const std::string& model, const std::string& reason) {
    cases.push_back({.model = model, .note = reason, .is_refused = true});
  };
  for (const char* tree : {"tree_1leaf.txt", "tree_2leaves.txt", "tree_3leaves.txt"})
    refuse(std::string("leaves/") + tree, "trees of a LightGBM model without its head");
  for (const char* pickle : {"leaves/sk_iris.model", "leaves/sk_gradient_boosting_classifier.model",
                             "onnxmltools_xgboost/xgboost10day.pickle.dat"})
    refuse(pickle, "a pickle of Python is a program");
  cases.push_back({.model = "leaves/lg_1tree_1leaf.json", .note = "no predictions are kept with it"});
  cases.push_back({.model = "onnxmltools_xgboost/test_xgb.onnx", .note = "no predictions are kept with it"});
  return cases;
}

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (std::vector<Case> some : {xgboost_cases(), lightgbm_cases(), other_cases()})
    all.insert(all.end(), std::move_iterator(some.begin()), std::move_iterator(some.end()));
  return all;
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

// What the table says of a case.
std::string checked(const Case& one) {
  if (one.is_refused) {
    const std::string message = refusal<FileError>([&] { import_model(folder() / one.model); });
    EXPECT_NE(message.find(one.note), message.npos) << message;
    return "refused: " + one.note;
  }
  const AnyModel model = import_model(folder() / one.model);
  if (!one.rows) return "read; " + one.note;
  PredictOptions options = one.options;
  options.threads = 1;
  const Dataset rows = one.rows(model);
  Tensor found = std::visit([&](const auto& m) { return m.predict(rows, options); }, model).contiguous();
  if (one.sigmoid) found = sigmoid(found);
  const std::size_t outputs = static_cast<std::size_t>(found.elements() / std::max<std::int64_t>(rows.rows(), 1));
  const std::vector<double> wanted = one.expected(outputs);
  if (options.output == Output::leaf) {
    expect_same_leaves(found, wanted);
    return fmt::format("{} rows, the same leaves", rows.rows());
  }
  const std::vector<double> values = found.to_vector<double>();
  EXPECT_EQ(values.size(), wanted.size());
  double most = 0;
  for (std::size_t i = 0; i < std::min(values.size(), wanted.size()); ++i)
    most = std::max(most, imports::distance(values[i], wanted[i]));
  EXPECT_LE(most, one.tolerance);
  return fmt::format("{} rows, {:.1e}", rows.rows(), most);
}

TEST_F(SharedModels, PredictAsTheirMakersOrAreRefused) {
  std::set<std::string> known;
  for (const Case& one : all_cases()) {
    SCOPED_TRACE(one.model + " " + one.predictions);
    known.insert(one.model);
    std::string result;
    EXPECT_NO_THROW(result = checked(one));
    std::cout << fmt::format("| {} | {} | {} |\n", one.model, one.predictions, result);
  }
  // Rows, predictions and what is said about them.
  const std::set<std::string> others{".csv",    ".fmap", ".tsv",     ".libsvm",        ".predict",
                                     ".margin", ".leaf", ".md",      ".test",          ".train",
                                     ".prob",   ".pred", ".parquet", ".predict_ntree", ".leaf_ntree"};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder())) {
    const path below = entry.path().lexically_relative(folder());
    const std::string name = below.filename().string();
    const bool is_data = others.contains(below.extension().string()) || name == "README.txt" ||
                         name == "requirements.txt" || name == "about_testdata.txt" ||
                         name.ends_with("predictions.txt") || name.starts_with("lg_breast_cancer_data");
    if (!entry.is_regular_file() || *below.begin() == "glm_golden" || is_data) continue;  // these are no models
    EXPECT_TRUE(known.contains(below.string())) << below << " stands in no case";
  }
}

// The readers of files find columns by their indices, as XGBoost does.
TEST_F(SharedModels, FindTheIndicesOfLibsvm) {
  const AnyModel any = import_model(folder() / "leaves/xgagaricus.model");
  const BoostedModel& model = boosted(any);
  const std::vector<double> wanted = numbers_of(folder() / "leaves/xgagaricus_true_predictions.txt");
  const path file = folder() / "leaves/agaricus_test.libsvm";
  for (const Dataset& data : {Dataset::from_libsvm(file, model.schema()), Dataset::from_libsvm(file)}) {
    const std::vector<double> found = model.predict(data).to_vector<double>();
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_LE(imports::distance(found[i], wanted[i]), 2e-6) << i;
  }
}

}  // namespace
}  // namespace linden::shared_models
