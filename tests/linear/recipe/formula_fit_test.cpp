// Fits of text and formulas against patsy's columns with NumPy's least squares, and against closed forms.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <map>
#include <string>
#include <vector>

#include "linear/recipe/rows_with_text.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Weights = std::map<std::string, double>;

// Weights by name, the intercept too.
void expect_weights(const LinearModel& model, const Weights& expected) {
  ASSERT_EQ(model.weight_names().size() + (model.intercept()[0] != 0 ? 1 : 0), expected.size());
  for (std::size_t j = 0; j < model.weight_names().size(); ++j) {
    const auto found = expected.find(model.weight_names()[j]);
    ASSERT_NE(found, expected.end()) << model.weight_names()[j];
    EXPECT_NEAR(model.weight(static_cast<int>(j)), found->second, 1e-9) << found->first;
  }
  if (const auto intercept = expected.find("Intercept"); intercept != expected.end()) {
    EXPECT_NEAR(model.intercept()[0], intercept->second, 1e-9);
  }
}

LinearModel fitted(const std::string& formula) {
  return fit_linear(RowsWithText().data(), {.loss = loss::squared(), .tolerance = 1e-12, .formula = formula});
}

TEST(FormulaFit, TextIsAgainstItsFirstCategory) {
  const Dataset data = RowsWithText().data().without({"z", "size"});
  const LinearModel model = fit_linear(data, {.loss = loss::squared()});
  EXPECT_EQ(model.feature_names(), (std::vector<std::string>{"x", "color"}));
  EXPECT_EQ(model.weight_names(), (std::vector<std::string>{"x", "color=green", "color=red"}));
  expect_weights(model, {{"Intercept", 1.4738427996031744},
                         {"color=green", 0.07573016468253935},
                         {"color=red", 0.6521528293650807},
                         {"x", -0.3920628412698412}});
  EXPECT_EQ(model.warnings(), (std::vector<std::string>{"weights of text are against color=blue."}));
}

TEST(FormulaFit, CodesAsPatsyDoes) {
  expect_weights(fitted("y ~ color * size + x"), {{"Intercept", 1.0873055277777792},
                                                  {"color=green", 0.16574551388888706},
                                                  {"color=red", 1.1583302777777762},
                                                  {"size=S", 0.6520437916666655},
                                                  {"color=green:size=S", -0.17168374999999858},
                                                  {"color=red:size=S", -0.9956609999999994},
                                                  {"x", -0.3753689444444467}});
  expect_weights(fitted("color:size"), {{"Intercept", -0.4141702499999992},
                                        {"size=S", 0.9335704999999994},
                                        {"color=green:size=L", 0.25958774999999923},
                                        {"color=red:size=L", 1.3460147499999995},
                                        {"color=green:size=S", 0.08790400000000079},
                                        {"color=red:size=S", 0.3503537500000001}});
  expect_weights(fitted("color + size - 1"), {{"color=blue", -0.21961279166666667},
                                              {"color=green", -0.0458669166666672},
                                              {"color=red", 0.6285714583333332},
                                              {"size=S", 0.5444555833333329}});
  expect_weights(fitted("color:x"), {{"Intercept", 1.733896735733317},
                                     {"color=blue:x", -0.48475107639818404},
                                     {"color=green:x", -0.396181682917643},
                                     {"color=red:x", -0.2968253601310359}});
  expect_weights(fitted("x + color:x"), {{"Intercept", 1.733896735733318},
                                         {"x", -0.48475107639818427},
                                         {"color=green:x", 0.08856939348054088},
                                         {"color=red:x", 0.18792571626714796}});
}

TEST(FormulaFit, FunctionsAndProducts) {
  expect_weights(fitted("y ~ x * z + log(x) + x^2"), {{"Intercept", 3.9816881060659752},
                                                      {"x", -2.7706259151365633},
                                                      {"z", 0.3111379363717087},
                                                      {"x:z", -0.0061108016968886856},
                                                      {"log(x)", 2.6473542017537506},
                                                      {"x^2", 0.20987990838193252}});
}

TEST(FormulaFit, NaturalSplinesSpanWhatPatsysDo) {
  const LinearModel model = fitted("y ~ spline(x, 4)");
  // patsy's cr() of the same knots: the values of the curve at the knots; ours are against the first.
  const std::vector<double> at_knots{0.8234857678035364, 1.426116967339984, 0.5691617912709651, -0.7191054557328169,
                                     -0.188500103787026};
  EXPECT_NEAR(model.intercept()[0], at_knots[0], 1e-9);
  for (int j = 0; j < 4; ++j) EXPECT_NEAR(model.weight(j), at_knots[j + 1] - at_knots[0], 1e-9);
  EXPECT_EQ(model.weight_names()[3], "spline(x, 4)[4]");
}

TEST(FormulaFit, SplinesWithDifferencePenalties) {
  // (B'B / n + 0.02 D'D)^-1 B'y / n for eight B-splines of SciPy 's design_matrix.
  const std::vector<double> curve{1.063261867821899,   1.1828158997515903,   0.002650758011337854, -0.5757150387979096,
                                  1.2831093528272293,  0.5989477882711669,   -0.5194465269995655,  1.1403704439170987,
                                  1.0842397651348574,  -0.16917356489718893, -0.5524010682299197,  1.2817459945256517,
                                  0.3973118841872251,  -0.5682027689965011,  1.2066089551776304,   0.9523804072116007,
                                  -0.3161455056442739, -0.5230865382055548,  1.2485156849268415,   0.194651202077627,
                                  -0.5839938167674585, 1.256135794011629,    0.7878636665012677,   -0.4342436358162789};
  const Dataset data = RowsWithText().data();
  for (const bool standardize : {true, false})
    for (const LinearConfig& config :
         {LinearConfig{.loss = loss::squared(), .standardize = standardize, .formula = "bspline(x, 8, 0.02)"},
          LinearConfig{.loss = loss::squared(), .l2 = 0.02, .standardize = standardize, .formula = "bspline(x, 8)"}}) {
      const LinearModel model = fit_linear(data, config);
      const Tensor fit = model.predict(data);
      for (std::size_t row = 0; row < curve.size(); ++row) EXPECT_NEAR(fit.span<const double>()[row], curve[row], 1e-8);
      EXPECT_LE(model.certificate().gap, 1e-8);
    }
}

TEST(FormulaFit, PenalisedTextHasAllCategories) {
  const Dataset data = RowsWithText().data().without({"x", "z", "size"});
  const LinearModel model = fit_linear(data, {.loss = loss::squared(), .l2 = 0.1, .standardize = false});
  EXPECT_EQ(model.weight_names(), (std::vector<std::string>{"color=blue", "color=green", "color=red"}));
  // Alike for all: each category is as far from what it would be, and they sum to 0.
  EXPECT_NEAR(model.weight(0) + model.weight(1) + model.weight(2), 0, 1e-9);
  // A factor of 0 takes the penalty away, and then one is the reference.
  const LinearModel free =
      fit_linear(data, {.loss = loss::squared(), .l2 = 0.1, .penalty = {.factors = {{"color", 0}}}});
  EXPECT_EQ(free.weight_names(), (std::vector<std::string>{"color=green", "color=red"}));
  EXPECT_EQ(free.certificate().status, FitStatus::converged);
}

TEST(FormulaFit, NamesOfPenaltiesAreFeaturesTermsOrColumns) {
  const Dataset data = RowsWithText().data();
  const LinearConfig config{.loss = loss::squared(),
                            .penalty = {.factors = {{"x", 1}}},
                            .constraints = {.upper = {{"color", 0}, {"color=red", 0.25}, {"color:z", 0.5}}},
                            .formula = "color + color:z + x"};
  const LinearModel model = fit_linear(data, config);
  for (std::size_t j = 0; j < model.weight_names().size(); ++j) {
    const std::string& name = model.weight_names()[j];
    if (name == "x") continue;
    EXPECT_LE(model.weight(static_cast<int>(j)), name == "color=red" ? 0.25 : name.find(':') != name.npos ? 0.5 : 0);
  }
  LinearConfig bad = config;
  bad.constraints.upper = {{"colour", 0}};
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_linear(data, bad); }),
            "LinearConfig.constraints.upper: the model has no feature, term or column \"colour\". Did you mean "
            "\"color\"? There are: color, color:z, color=blue:z, color=green, color=green:z, color=red, color=red:z, "
            "x.");
}

// A column of text is a group of the columns of its categories.
TEST(FormulaFit, TextGoesToZeroAsAGroup) {
  const Dataset data = RowsWithText().data();
  LinearConfig config{
      .loss = loss::squared(), .penalty = {.groups = {{"color"}}, .group = 0.01}, .formula = "color + x"};
  const LinearModel kept = fit_linear(data, config);
  EXPECT_EQ(kept.weight_names(), (std::vector<std::string>{"color=blue", "color=green", "color=red", "x"}));
  for (int j = 0; j < 3; ++j) EXPECT_NE(kept.weight(j), 0) << j;
  config.penalty.group = 10;
  const LinearModel gone = fit_linear(data, config);
  for (int j = 0; j < 3; ++j) EXPECT_EQ(gone.weight(j), 0) << j;
  EXPECT_NE(gone.weight(3), 0);
  config.penalty.groups = {{"colour"}};
  EXPECT_EQ(
      refusal<ArgumentError>([&] { fit_linear(data, config); }),
      "LinearConfig.penalty.groups: the model has no feature, term or column \"colour\". Did you mean \"color\"? There "
      "are: color, color=green, color=red, x.");
}

TEST(FormulaFit, SparseColumnsAndDenseOnesAreOneModel) {
  RowsWithText rows;
  std::vector<std::string> city;
  for (int i = 0; i < 24; ++i) city.push_back("c" + std::to_string(i * 5 % 9));
  const Dataset data = rows.data().without({"color", "size"}).with_column("city", NameList(city));
  const LinearModel model = fit_linear(data, {.loss = loss::squared(), .tolerance = 1e-12});
  EXPECT_TRUE(model.design(data).is_sparse());
  Dataset dense = data.without({"city"});
  for (int c = 1; c < 9; ++c) {
    std::vector<double> is_there;
    for (const std::string& one : city) is_there.push_back(one == "c" + std::to_string(c) ? 1 : 0);
    dense = dense.with_column("city=c" + std::to_string(c), NumberList(is_there));
  }
  const LinearModel same = fit_linear(dense, {.loss = loss::squared(), .tolerance = 1e-12});
  ASSERT_EQ(model.weight_names(), same.weight_names());
  for (int j = 0; j < 10; ++j) EXPECT_NEAR(model.weight(j), same.weight(j), 1e-10);
}

TEST(FormulaFit, TheLabelAndOffsetsOfAFormula) {
  RowsWithText rows;
  std::vector<double> counts, exposure, logs;
  for (int i = 0; i < 24; ++i) {
    counts.push_back(i * 7 % 5);
    exposure.push_back(1 + i % 4);
    logs.push_back(std::log(exposure.back()));
  }
  const Dataset features = rows.data().without({"size"});
  const Dataset whole = Dataset()
                            .with_column("x", NumberList(rows.x))
                            .with_column("color", NameList(rows.color))
                            .with_column("counts", NumberList(counts))
                            .with_column("exposure", NumberList(exposure));
  const LinearModel model =
      fit_linear(whole, {.loss = loss::poisson(), .tolerance = 1e-12, .formula = "counts ~ . + offset(log(exposure))"});
  const Dataset plain = Dataset()
                            .with_column("x", NumberList(rows.x))
                            .with_column("color", NameList(rows.color))
                            .with_label(NumberList(counts), NameList{"counts"})
                            .with_offset(NumberList(logs));
  const LinearModel same = fit_linear(plain, {.loss = loss::poisson(), .tolerance = 1e-12});
  ASSERT_EQ(model.weight_names(), same.weight_names());
  for (int j = 0; j < 3; ++j) EXPECT_NEAR(model.weight(j), same.weight(j), 1e-9);
  EXPECT_EQ(model.label_name(), "counts");
  EXPECT_FALSE(model.has_offset());
  const Tensor a = model.predict(whole.without({"counts"})), b = same.predict(plain);
  for (std::size_t row = 0; row < 24; ++row)
    EXPECT_NEAR(a.span<const double>()[row], b.span<const double>()[row], 1e-9);
  EXPECT_EQ(model.labels_of(whole).to_vector<double>(), counts);
}

}  // namespace
}  // namespace linden
