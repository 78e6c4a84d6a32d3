// Weights as LIBLINEAR and tables have them.
#include <linden/linear.hpp>

#include "interop/export/random_models.hpp"

namespace linden {
namespace {

Dataset three_rows(const NumberList& label) {
  return Dataset::from_rows({1, 2, 3, -1, 4, 0.5, 0, 1, 1, 2, 2, 2}, 3, {.label = label});
}

TEST(Liblinear, ScoresAboveZeroAreOfTheFirstLabel) {
  const LinearModel model = fit_linear(three_rows({0, 1, 1, 0}), {.loss = loss::logistic(), .l2 = 0.1});
  std::string want = "solver_type L2R_LR\nnr_class 2\nlabel 1 0\nnr_feature 3\nbias 1\nw\n";
  for (int f = 0; f < 3; ++f) want += fmt::format("{:.17g} \n", model.weight(f));
  want += fmt::format("{:.17g} \n", model.intercept()[0]);
  EXPECT_EQ(export_to_string(model, ExportFormat::liblinear), want);
}

TEST(Liblinear, ClassesHaveAColumnEach) {
  const Dataset data = three_rows({0, 1, 2, 0}).with_label({"7", "-3", "12", "7"});
  const LinearModel model = fit_linear(data, {.loss = loss::softmax(), .l2 = 0.1, .intercept = false});
  std::string want = fmt::format("solver_type MCSVM_CS\nnr_class 3\nlabel {}\nnr_feature 3\nbias -1\nw\n",
                                 fmt::join(model.classes(), " "));
  for (int f = 0; f < 3; ++f) {
    for (int k = 0; k < 3; ++k) want += fmt::format("{:.17g} ", model.weight(f, k));
    want += '\n';
  }
  EXPECT_EQ(export_to_string(model, ExportFormat::liblinear), want);
}

TEST(Liblinear, OtherLinksAreRefused) {
  const LinearModel model = fit_linear(three_rows({0, 1, 2, 5}), {.loss = loss::poisson(), .l2 = 0.1});
  EXPECT_EQ(
      refusal<ArgumentError>([&] { export_to_string(model, ExportFormat::liblinear); }),
      "export_model: liblinear cannot hold this model: it has no word for the link exp of 1 output(s). Hint: export "
      "the scores, and compute predictions from them.");
}

TEST(Csv, HasALineForEachFeature) {
  Dataset data = three_rows({0, 1, 2, 5}).with_column("a, b", NumberList{1, 0, 0, 1});
  const LinearModel model = fit_linear(data, {.loss = loss::squared(), .l2 = 0.1});
  std::string want = fmt::format("feature,weight\n(intercept),{}\n", model.intercept()[0]);
  for (int f = 0; f < 4; ++f)
    want += fmt::format("{},{}\n", f < 3 ? model.feature_names()[f] : "\"a, b\"", model.weight(f));
  EXPECT_EQ(export_to_string(model, ExportFormat::csv), want);
  data = data.with_label({"x", "y", "z", "x"});
  const LinearModel classes = fit_linear(data, {.loss = loss::softmax(), .l2 = 0.1});
  EXPECT_TRUE(
      export_to_string(classes, ExportFormat::csv).starts_with("feature,weight x,weight y,weight z\n(intercept),"));
}

}  // namespace
}  // namespace linden
