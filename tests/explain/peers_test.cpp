// Values that other libraries find for models of their own (peers.py), which are read here: XGBoost's pred_contribs and
// pred_interactions, LightGBM's pred_contrib, and the interventional and linear explainers of shap. Where python3 has
// these libraries.
#include <linden/interop.hpp>
#include <linden/tensor_file.hpp>

#include "explain/brute_force.hpp"

namespace linden {
namespace {

using brute_force::expect_sums;

class Peers : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("python3 -c 'import lightgbm, numpy, shap, xgboost' > /dev/null 2>&1") != 0)
      GTEST_SKIP() << "python3 has not all of lightgbm, numpy, shap and xgboost";
    folder_ = scratch() / "peers";
    std::filesystem::create_directories(folder_);
  }

  // Lets a library write what it finds.
  void ask(const std::string& library) const {
    const std::string command = fmt::format("python3 {}/tests/explain/peers.py {} {} > {}/log 2>&1", LINDEN_SOURCE_DIR,
                                            folder_.string(), library, folder_.string());
    ASSERT_EQ(std::system(command.c_str()), 0) << "see " << folder_ / "log";
  }
  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  static Tensor numbers(Random& random, int rows) {
    std::vector<double> values;
    for (int i = 0; i < rows * 3; ++i) values.push_back(random.normal());
    return Tensor::copy_of(values, {rows, 3});
  }
  static LinearModel linear() {
    Random random(2);
    const Tensor rows = numbers(random, 60);
    std::vector<double> label;
    for (int row = 0; row < 60; ++row) label.push_back(rows.data<double>()[3 * row] + random.normal());
    return fit_linear(Dataset::from_tensors(rows, {.label = label}));
  }
  std::vector<NamedTensor> found(const std::string& name) const { return load_tensors(path(name + ".npz")); }
  BoostedModel model(const std::string& name) const {
    return std::get<BoostedModel>(import_model(path(name + ".model")));
  }

  // Columns by their place; codes where the model has categories.
  static Dataset rows_of(const BoostedModel& model, const Tensor& rows) {
    std::vector<Column> columns;
    const auto features = rows.shape()[1];
    for (std::int64_t f = 0; f < features; ++f) {
      const auto number = static_cast<int>(f);
      Column column{.name = model.feature_names()[static_cast<std::size_t>(f)]};
      std::vector<double> values;
      for (std::int64_t row = 0; row < rows.shape()[0]; ++row)
        values.push_back(rows.data<double>()[row * features + f]);
      if (model.is_categorical(number)) {
        column.categorical = true;
        column.categories = model.categories(number);
        std::vector<std::int32_t> codes;
        for (const double value : values) {
          const auto at = std::ranges::find(column.categories, std::isnan(value) ? "" : fmt::format("{}", value));
          codes.push_back(at == column.categories.end() ? -1
                                                        : static_cast<std::int32_t>(at - column.categories.begin()));
        }
        column.values = Tensor::copy_of(codes, {std::ssize(codes)});
      } else {
        column.values = Tensor::copy_of(values, {std::ssize(values)});
      }
      columns.push_back(std::move(column));
    }
    return Dataset::from_named(columns);
  }

  // Theirs are [rows, (outputs,) features and the constant], and [.., features and 1, features and 1] of pairs.
  static void expect_contributions(const Explanation& ours, const Tensor& theirs, double tolerance) {
    const auto features = std::ssize(ours.names), outputs = std::ssize(ours.constant);
    ASSERT_EQ(theirs.elements() * features, ours.values.elements() * (features + 1));
    const double* mine = ours.values.data<double>();
    const double* other = theirs.data<double>();
    for (std::int64_t place = 0; place < theirs.elements() / (features + 1); ++place, ++other) {
      for (std::int64_t f = 0; f < features; ++f) EXPECT_NEAR(*mine++, *other++, tolerance) << place << ", " << f;
      EXPECT_NEAR(ours.constant[static_cast<std::size_t>(place % outputs)], *other, tolerance);
    }
  }
  static void expect_interactions(const Explanation& ours, const Tensor& theirs, double tolerance) {
    const auto features = std::ssize(ours.names);
    const auto size = features * features, their_size = (features + 1) * (features + 1);
    ASSERT_EQ(theirs.elements() / their_size, ours.interactions.elements() / size);
    for (std::int64_t i = 0; i < ours.interactions.elements(); ++i)
      EXPECT_NEAR(ours.interactions.data<double>()[i],
                  theirs.data<double>()[i / size * their_size + i % size / features * (features + 1) + i % features],
                  tolerance)
          << i;
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(Peers, XgboostSaysTheSameOfItsModels) {
  ask("xgboost");
  for (const char* name : {"numbers", "dart", "softmax", "categories", "forest"}) {
    SCOPED_TRACE(name);
    const std::string file = std::string("xgboost_") + name;
    const std::vector<NamedTensor> theirs = found(file);
    const BoostedModel its = model(file);
    const Explanation ours = explain(its, rows_of(its, tensor_named(theirs, "rows")), {.interactions = true});
    expect_contributions(ours, tensor_named(theirs, "values"), 1e-5);
    expect_interactions(ours, tensor_named(theirs, "interactions"), 1e-5);
  }
}

TEST_F(Peers, LightgbmSaysTheSameOfItsModels) {
  ask("lightgbm");
  for (const char* name : {"lightgbm_numbers", "lightgbm_zeros"}) {
    SCOPED_TRACE(name);
    const std::vector<NamedTensor> theirs = found(name);
    const BoostedModel its = model(name);
    expect_contributions(explain(its, rows_of(its, tensor_named(theirs, "rows")), {.by_rows = true}),
                         tensor_named(theirs, "values"), 1e-9);
  }
}

TEST_F(Peers, ShapSaysTheSameAgainstABackground) {
  ask("shap");
  for (const char* name : {"against_xgboost", "against_softmax", "against_lightgbm"}) {
    SCOPED_TRACE(name);
    const std::vector<NamedTensor> theirs = found(name);
    const BoostedModel its = model(name);
    const Dataset rows = rows_of(its, tensor_named(theirs, "rows"));
    const Explanation ours = explain(its, rows, {.background = rows_of(its, tensor_named(theirs, "background"))});
    expect_sums(ours, its.predict(rows, {.output = Output::score}));
    const Tensor values = tensor_named(theirs, "values"), constant = tensor_named(theirs, "constant");
    ASSERT_EQ(values.elements(), ours.values.elements());
    for (std::int64_t i = 0; i < values.elements(); ++i)
      EXPECT_NEAR(ours.values.data<double>()[i], values.data<double>()[i], 1e-6) << i;
    for (std::size_t k = 0; k < ours.constant.size(); ++k)
      EXPECT_NEAR(ours.constant[k], constant.data<double>()[k], 1e-6) << k;
  }
}

TEST_F(Peers, ShapSaysTheSameOfLinearModels) {
  Random random(1);
  const Tensor rows = numbers(random, 40), background = numbers(random, 30);
  const LinearModel model = linear();
  const std::vector<double> weights{model.weight(0), model.weight(1), model.weight(2)};
  save_tensors(path("linear.npz"), {{"rows", rows},
                                    {"background", background},
                                    {"weights", Tensor::copy_of(weights, {3})},
                                    {"intercept", Tensor::copy_of(model.intercept(), {1})}});
  ask("linear");
  const std::vector<NamedTensor> theirs = found("linear_values");
  const Explanation ours =
      explain(model, Dataset::from_tensors(rows), {.background = Dataset::from_tensors(background)});
  const Tensor values = tensor_named(theirs, "values");
  ASSERT_EQ(values.elements(), ours.values.elements());
  for (std::int64_t i = 0; i < values.elements(); ++i)
    EXPECT_NEAR(ours.values.data<double>()[i], values.data<double>()[i], 1e-12) << i;
  const Tensor constant = tensor_named(theirs, "constant");
  EXPECT_NEAR(ours.constant[0], constant.data<double>()[0], 1e-12);
}

}  // namespace
}  // namespace linden
