// What features add to the scores of linear models.
#include "explain/brute_force.hpp"

namespace linden {
namespace {

using namespace brute_force;

Dataset numbers_and_label(Random& random, int rows, bool classes) {
  RandomData data;
  for (int f = 0; f < 4; ++f) add_numbers(data, random_numbers(random, rows, 50, 0));
  for (int row = 0; row < rows; ++row) {
    const double y = data.features[0].values[row] - 0.5 * data.features[1].values[row] + random.normal();
    data.label.push_back(classes ? std::clamp(std::floor(y + 1), 0.0, 2.0) : y);
  }
  return data.dataset();
}

TEST(ExplainLinear, IsTheWeightTimesTheDifferenceFromTheMean) {
  Random random(1);
  const Dataset data = numbers_and_label(random, 90, false);
  const LinearModel model = fit_linear(data, {.l2 = 0.1});
  const Explanation found = explain(model, data, {.background = data, .interactions = true, .threads = 2});
  expect_sums(found, model.predict(data, {.output = Output::score}));
  const double* const pairs = found.interactions.data<double>();
  for (int f = 0; f < 4; ++f) {
    const std::vector<double> x = data.columns()[static_cast<std::size_t>(f)].values.to_vector<double>();
    double mean = 0;
    for (const double value : x) mean += value / 90;
    for (int row = 0; row < 90; ++row) {
      const double value = model.weight(f) * (x[static_cast<std::size_t>(row)] - mean);
      EXPECT_NEAR(found.values.data<double>()[row * 4 + f], value, 1e-12 * (1 + std::abs(value)));
      for (int g = 0; g < 4; ++g)
        EXPECT_EQ(pairs[(row * 4 + f) * 4 + g], f == g ? found.values.data<double>()[row * 4 + f] : 0);
    }
  }
}

TEST(ExplainLinear, HasAllClasses) {
  Random random(2);
  const Dataset data = numbers_and_label(random, 200, true);
  const LinearModel model = fit_linear(data, {.loss = loss::softmax(), .l2 = 0.1});
  const std::vector<std::int64_t> some{1, 5, 9};
  const Explanation found = explain(model, data, {.background = data.take(some)});
  EXPECT_EQ(found.values.shape(), (Shape{200, 3, 4}));
  expect_sums(found, model.predict(data, {.output = Output::score}));
  EXPECT_EQ(numbers_of(explain(AnyModel(model), data, {.background = data.take(some), .threads = 7}).values),
            numbers_of(found.values));
}

TEST(ExplainLinear, Refusals) {
  Random random(3);
  const Dataset data = numbers_and_label(random, 50, false);
  const LinearModel model = fit_linear(data);
  EXPECT_EQ(
      refusal<ArgumentError>([&] { explain(model, data, {}); }),
      "explain: a linear model is explained against a background, for it keeps no means of its training rows. Hint: "
      "give rows, .background = train.");
  EXPECT_EQ(refusal<ArgumentError>([&] { explain(model, data, {.background = data, .rounds = 1}); }),
            "explain: .rounds is 1, and a linear model has none. Hint: leave it out.");
  EXPECT_EQ(refusal<ArgumentError>([&] { explain(model, data, {.background = data, .by_rows = true}); }),
            "explain: .by_rows is of trees, and a linear model has none. Hint: leave it out.");
  EXPECT_EQ(refusal<ArgumentError>([&] { explain(LinearModel(), data, {.background = data}); }),
            "explain: the model is empty. Hint: fit_linear and LinearModel::load make one.");
}

}  // namespace
}  // namespace linden
