// LightGBM models that others keep, with what LightGBM predicted: every one of the folders beside the repository, which
// are not part of it.
#include <gtest/gtest.h>

#include <linden/ops.hpp>

#include "interop/import/frame.hpp"
#include "interop/import/lightgbm/lightgbm.hpp"

namespace linden {
namespace {

using namespace imports;
using std::filesystem::path;

const path shared = path(LINDEN_SOURCE_DIR) / "../shared/models";

BoostedModel read(const path& file) {
  const std::string bytes = bytes_of(file);
  EXPECT_TRUE(looks_like_lightgbm(std::string_view(bytes).substr(0, 4096))) << file;
  return BoostedModel(read_lightgbm(bytes));
}

// A column by its name, or where the model has columns of 0 and 1 for the categories of one.
Dataset frame_of(const BoostedModel& model, const Table& table) {
  const std::vector<std::string>& names = model.feature_names();
  return frame(model, table.rows.size(), [&](std::size_t f, std::size_t row) -> std::string {
    const std::ptrdiff_t at = table.column(names[f]);
    const std::string& own = table.rows[row][static_cast<std::size_t>(std::max<std::ptrdiff_t>(at, 0))];
    if (at >= 0) return own == "TRUE" ? "True" : own == "FALSE" ? "False" : own;  // as pandas reads them
    const std::size_t cut = names[f].find('_');
    const std::ptrdiff_t base = table.column(names[f].substr(0, cut));
    EXPECT_GE(base, 0) << names[f];
    const std::string& found = table.rows[row][static_cast<std::size_t>(base)];
    return found == names[f].substr(cut + 1) ? "1" : "0";
  });
}

// The columns of `expected` are predictions in the order of outputs; of two classes the last is that of class 1.
void expect_equal(const Tensor& prediction, const Table& expected, std::size_t first, double tolerance,
                  const std::string& name) {
  const Tensor found = prediction.contiguous();
  const auto rows = static_cast<std::size_t>(found.size(0));
  ASSERT_EQ(rows, expected.rows.size()) << name;
  const std::size_t outputs = static_cast<std::size_t>(found.elements()) / rows;
  double most = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::vector<std::string>& fields = expected.rows[row];
    const std::size_t start = outputs == 1 && fields.size() - first == 2 ? first + 1 : first;
    ASSERT_EQ(fields.size() - start, outputs) << name;
    for (std::size_t k = 0; k < outputs; ++k)
      most = std::max(most, distance(found.data<double>()[row * outputs + k], number_of(fields[start + k])));
  }
  EXPECT_LE(most, tolerance) << name;
  testing::Test::RecordProperty(name, std::to_string(most));
}

TEST(SharedLightgbm, Jpmml) {
  const path folder = shared / "jpmml_lightgbm";
  if (!exists(folder)) GTEST_SKIP() << folder << " is not there";
  for (const auto& entry : std::filesystem::directory_iterator(folder / "lgbm")) {
    const std::string name = entry.path().stem().string();
    const BoostedModel model = read(entry.path());
    for (const auto& file : std::filesystem::directory_iterator(folder / "csv")) {
      const std::string stem = file.path().stem().string();
      const std::string base = stem.substr(0, stem.find('@'));
      if (base != name && !(name == "ClassificationAudit" && base == "ClassificationAuditInvalid")) continue;
      const int rounds = base == stem ? 0 : std::stoi(stem.substr(base.size() + 1));
      std::string data = base;
      for (const std::string kind : {"LinearTree", "RF", "Classification", "Regression"})
        if (data.starts_with(kind)) data.erase(0, kind.size());
      if (data.starts_with("AuditBin")) data.erase(5, 3);
      const Table rows = read_table(folder / "csv" / (data + ".csv"), ',', true);
      const Table expected = read_table(file.path(), ',', true);
      const Tensor prediction = model.predict(frame_of(model, rows), {.rounds = rounds, .threads = 1});
      expect_equal(prediction, expected, expected.names.size() > 1 ? 1 : 0, 1e-12, stem);
    }
  }
}

struct Kept {
  const char *model, *rows, *predictions;
  std::size_t skipped;  // columns before the features
  bool raw;
};

TEST(SharedLightgbm, Leaves) {
  const path folder = shared / "leaves";
  if (!exists(folder)) GTEST_SKIP() << folder << " is not there";
  for (const Kept& kept : {
           Kept{"genlin_fmtp_gamma_AvgClaimAmount.model", "genlin_fmtp_gamma_AvgClaimAmount_features.tsv",
                "genlin_fmtp_gamma_AvgClaimAmount_true_predictions.txt", 0, false},
           Kept{"genlin_fmtp_poisson_Frequency.model", "genlin_fmtp_poisson_Frequency_features.tsv",
                "genlin_fmtp_poisson_Frequency_true_predictions.txt", 0, false},
           Kept{"genlin_fmtp_tweedie_PurePremium.model", "genlin_fmtp_tweedie_PurePremium_features.tsv",
                "genlin_fmtp_tweedie_PurePremium_true_predictions.txt", 0, false},
           Kept{"lg_dart_breast_cancer.model", "breast_cancer_test.tsv", "lg_dart_breast_cancer_true_predictions.txt",
                0, false},
           Kept{"lg_dart_breast_cancer.json", "breast_cancer_test.tsv", "lg_dart_breast_cancer_true_predictions.txt", 0,
                true},
           Kept{"lg_kddcup99.model", "kddcup99_test.tsv", "lg_kddcup99_true_predictions.txt", 0, true},
           Kept{"lgmulticlass.model", "multiclass_test.tsv", "lgmulticlass_true_predictions.txt", 1, false},
           Kept{"lgmulticlass.model", "multiclass_test.tsv", "lgmulticlass_true_raw_predictions.txt", 1, true},
       }) {
    const BoostedModel model = read(folder / kept.model);
    const Table rows = read_table(folder / kept.rows, '\t', false);
    const Dataset data = frame(model, rows.rows.size(), [&](std::size_t f, std::size_t row) -> std::string {
      const std::size_t at = f + kept.skipped;
      EXPECT_LT(at, rows.rows[row].size()) << kept.model;
      return at < rows.rows[row].size() ? rows.rows[row][at] : "";
    });
    Tensor found = model.predict(data, {.output = kept.raw ? Output::score : Output::prediction, .threads = 1});
    if (std::string(kept.model).ends_with(".json")) found = sigmoid(found);  // a dump of version 2 names no objective
    expect_equal(found, read_table(folder / kept.predictions, '\t', false), 0, 1e-13, kept.model);
  }
}

// "2 0:5.8 1:2.8"
Dataset sparse_rows(const BoostedModel& model, const path& file, const std::string& absent) {
  Table table = read_table(file, ' ', false);
  return frame(model, table.rows.size(), [&](std::size_t f, std::size_t row) -> std::string {
    const std::string key = std::to_string(f) + ":";
    for (const std::string& word : table.rows[row])
      if (word.starts_with(key)) {
        const std::string text = word.substr(key.size());
        const double value = number_of(text);
        return value == std::floor(value) ? std::to_string(static_cast<long long>(value)) : text;
      }
    return absent;
  });
}

TEST(SharedLightgbm, SparseRows) {
  if (!exists(shared)) GTEST_SKIP() << shared << " is not there";
  const BoostedModel forest = read(shared / "leaves/lg_rf_iris.model");
  expect_equal(forest.predict(sparse_rows(forest, shared / "leaves/iris_test.libsvm", "0"), {.threads = 1}),
               read_table(shared / "leaves/lg_rf_iris_true_predictions.txt", '\t', false), 0, 1e-14, "lg_rf_iris");
  const BoostedModel toy = read(shared / "treelite/toy_categorical/toy_categorical_model.txt");
  expect_equal(
      toy.predict(sparse_rows(toy, shared / "treelite/toy_categorical/toy_categorical.test", "0"), {.threads = 1}),
      read_table(shared / "treelite/toy_categorical/toy_categorical.test.pred", '\t', false), 0, 1e-14, "toy");
  const BoostedModel wide = read(shared / "treelite/sparse_categorical/sparse_categorical_model.txt");
  expect_equal(wide.predict(sparse_rows(wide, shared / "treelite/sparse_categorical/sparse_categorical.test", ""),
                            {.output = Output::score, .threads = 1}),
               read_table(shared / "treelite/sparse_categorical/sparse_categorical.test.margin", '\t', false), 0, 1e-14,
               "sparse_categorical");
}

TEST(SharedLightgbm, OthersAreRead) {
  const path folder = shared / "leaves";
  if (!exists(folder)) GTEST_SKIP() << folder << " is not there";
  EXPECT_EQ(read(folder / "lg_breast_cancer.txt").outputs(), 1);
  EXPECT_EQ(read(folder / "model_simple.txt").rounds(), 2);
  EXPECT_EQ(read(folder / "lg_1tree.json").trees()[0].leaves(), 3);
  // A head with a name too few; single trees without any head.
  EXPECT_EQ(BoostedModel(read_lightgbm(bytes_of(folder / "lg_1tree_1leaf.json"))).trees()[0].leaves(), 1);
  for (const char* tree : {"tree_1leaf.txt", "tree_2leaves.txt", "tree_3leaves.txt"})
    EXPECT_THROW(read_lightgbm(bytes_of(folder / tree)), FileError) << tree;
}

}  // namespace
}  // namespace linden
