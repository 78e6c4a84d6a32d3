// Trees trained with losses that the user wrote: the bytes of the built-in ones, files, and what the tape evaluates.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/boosting.hpp>
#include <linden/ops.hpp>
#include <nlohmann/json.hpp>
#include <numeric>

#include "boosting/random_data.hpp"
#include "model/sealed.hpp"

namespace linden {
namespace {

using Form = Tensor (*)(const Tensor&, const Tensor&);

Tensor logistic_form(const Tensor& s, const Tensor& y) { return softplus(s) - y * s; }
Tensor squared_form(const Tensor& s, const Tensor& y) { return 0.5 * square(y - s); }
Tensor poisson_form(const Tensor& s, const Tensor& y) { return exp(s) - y * s; }
Tensor softmax_form(const Tensor& s, const Tensor& y) { return logsumexp(s, 1) - gather(s, 1, cast(y, DType::i64)); }
Tensor focal_form(const Tensor& s, const Tensor& y) {
  const Tensor p = sigmoid(s);
  return -y * square(1 - p) * log_sigmoid(s) - (1 - y) * square(p) * log_sigmoid(-s);
}

/// Other ways to write the same numbers.
Tensor other_logistic(const Tensor& s, const Tensor& y) {
  const Tensor p = sigmoid(s);
  return -y * log(p) - (1 - y) * log(1 - p);
}
Tensor other_squared(const Tensor& s, const Tensor& y) { return s * (0.5 * s - y); }
Tensor other_poisson(const Tensor& s, const Tensor& y) { return expm1(s) + 1 - s * y; }
Tensor other_softmax(const Tensor& s, const Tensor& y) {
  return log(sum(exp(s), 1)) - gather(s, 1, cast(y, DType::i64));
}

struct Case {
  Loss builtin;
  Form form, other;
};

std::vector<Case> cases() {
  return {{loss::squared(), squared_form, other_squared},
          {loss::logistic(), logistic_form, other_logistic},
          {loss::poisson(), poisson_form, other_poisson},
          {loss::focal(), focal_form, nullptr},
          {loss::softmax({.classes = 3}), softmax_form, other_softmax},
          {loss::softmax({.classes = 5}), softmax_form, other_softmax}};
}

loss::CustomOptions options_of(const Loss& loss) {
  return {.link = loss.link(), .outputs = loss.outputs(), .labels = loss.label_kind()};
}

RandomData data_for(const Loss& loss, std::uint64_t seed, int rows = 600) {
  Random random(seed);
  RandomData data = random_data(random, rows, 5, loss.name());
  if (loss.outputs() == 5)
    for (double& y : data.label) y = random.below(5);
  for (int row = 0; row < rows; ++row) data.weight.push_back(0.25 + random.uniform());
  return data;
}

TEST(CustomLoss, TheDocumentedFormGivesTheBytesOfTheBuiltInLoss) {
  for (const Case& c : cases())
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      RandomData data = data_for(c.builtin, seed);
      if (seed == 2) data.weight.clear();
      const auto bytes = [&](const Loss& loss, int threads) {
        return bytes_of(
            fit_boosted(data.dataset(), {.loss = loss, .rounds = 8, .row_fraction = 0.8}, {.threads = threads}));
      };
      const std::string want = bytes(c.builtin, 2);
      const Loss named = loss::custom(c.builtin.name(), c.form, options_of(c.builtin));
      for (const int threads : {1, 2, 7}) EXPECT_EQ(bytes(named, threads), want) << c.builtin.name();
    }
}

TEST(CustomLoss, AnotherNameGivesTheSameTrees) {
  for (const Case& c : cases()) {
    const Dataset data = data_for(c.builtin, 3).dataset();
    const BoostedModel want = fit_boosted(data, {.loss = c.builtin, .rounds = 6});
    const BoostedModel got =
        fit_boosted(data, {.loss = loss::custom("mine", c.form, options_of(c.builtin)), .rounds = 6});
    EXPECT_EQ(dump(got.trees()), dump(want.trees()));
    EXPECT_EQ(got.initial_score(), want.initial_score());
    EXPECT_EQ(numbers_of(got.predict(data)), numbers_of(want.predict(data)));
  }
}

TEST(CustomLoss, AnotherSpellingGivesTheSameSplitsAndNearlyTheSameLeaves) {
  for (const Case& c : cases()) {
    if (!c.other) continue;
    const Dataset data = data_for(c.builtin, 4).dataset();
    const BoostedModel want = fit_boosted(data, {.loss = c.builtin, .rounds = 6});
    const BoostedModel got =
        fit_boosted(data, {.loss = loss::custom("mine", c.other, options_of(c.builtin)), .rounds = 6});
    ASSERT_EQ(got.trees().size(), want.trees().size());
    for (std::size_t t = 0; t < want.trees().size(); ++t) {
      ASSERT_EQ(got.trees()[t].nodes.size(), want.trees()[t].nodes.size()) << c.builtin.name() << " " << t;
      for (std::size_t i = 0; i < want.trees()[t].nodes.size(); ++i) {
        const TreeNode &a = want.trees()[t].nodes[i], &b = got.trees()[t].nodes[i];
        EXPECT_EQ(a.feature, b.feature);
        EXPECT_EQ(a.threshold, b.threshold);
        EXPECT_EQ(a.left_categories, b.left_categories);
      }
      const std::vector<double>&leaves = want.trees()[t].leaf_values, &others = got.trees()[t].leaf_values;
      ASSERT_EQ(others.size(), leaves.size());
      for (std::size_t i = 0; i < leaves.size(); ++i)
        EXPECT_NEAR(leaves[i], others[i], 1e-6 * std::abs(leaves[i])) << c.builtin.name() << " " << t;
    }
  }
}

TEST(CustomLoss, AModelSavesLoadsAndTrainsOn) {
  const std::filesystem::path path = scratch() / "custom.json";
  for (const Case& c : cases()) {
    const Dataset data = data_for(c.builtin, 5).dataset();
    const BoostingConfig config{.loss = loss::custom("größe \"mine\"", c.form, options_of(c.builtin)), .rounds = 4};
    const BoostedModel model = fit_boosted(data, config);
    model.save(path);
    const BoostedModel loaded = BoostedModel::load(path);
    EXPECT_EQ(bytes_of(loaded), read_file(path));
    EXPECT_EQ(numbers_of(loaded.predict(data)), numbers_of(model.predict(data)));
    EXPECT_EQ(loaded.loss().name(), "größe \"mine\"");
    EXPECT_EQ(bytes_of(fit_boosted(data, loaded.config())), read_file(path));
  }
}

TEST(CustomLoss, AModelOfTheTapeLoadsAndPredictsButDoesNotTrain) {
  Random random(6);
  const RandomData data = random_data(random, 200, 3, "squared");
  const Loss loss = loss::custom(
      "tape", [](const Tensor& s, const Tensor& y) { return sum(square(cumulative_sum(s, 1) - y.unsqueeze(1)), 1); },
      {.outputs = 2});
  const BoostedModel model = fit_boosted(data.dataset(), {.loss = loss, .rounds = 5});
  const std::string bytes = bytes_of(model);
  const BoostedModel loaded = BoostedModel::from_string(bytes);
  EXPECT_EQ(numbers_of(loaded.predict(data.dataset())), numbers_of(model.predict(data.dataset())));
  EXPECT_EQ(bytes_of(loaded), bytes);
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_boosted(data.dataset(), loaded.config()); }),
            "fit_boosted: loss \"tape\" was read from a file, and training needs its function. Hint: make it anew with "
            "loss::custom.");
  for (const int threads : {1, 7})
    EXPECT_EQ(bytes_of(fit_boosted(data.dataset(), {.loss = loss, .rounds = 5}, {.threads = threads})), bytes);
}

TEST(CustomLoss, ParametersByRowActAsWeights) {
  Random random(7);
  RandomData data = random_data(random, 300, 4, "squared");
  std::vector<double> weight;
  for (int row = 0; row < 300; ++row) weight.push_back(0.5 * (1 + random.below(4)));
  const Loss weighted = loss::custom(
      "weighted",
      [](const Tensor& s, const Tensor& y, std::span<const Tensor> p) { return 0.5 * p[0] * square(y - s); },
      {.parameters = {Tensor::copy_of(std::span<const double>(weight), {300})}});
  const BoostedModel got = fit_boosted(data.dataset(), {.loss = weighted, .rounds = 5});
  data.weight = weight;
  const BoostedModel want = fit_boosted(data.dataset(), {.rounds = 5});
  const auto a = numbers_of(got.predict(data.dataset())), b = numbers_of(want.predict(data.dataset()));
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-6 * (1 + std::abs(b[i])));
  EXPECT_EQ(refusal<ArgumentError>([&] {
              fit_boosted(data.take({0, 1, 2}).dataset(), {.loss = weighted, .min_rows_in_leaf = 1});
            }),
            "fit_boosted: a parameter of loss \"weighted\" has 300 values for 3 rows of data.");
}

TEST(CustomLoss, ExactCurvatureStopsAtANegativeOne) {
  Random random(8);
  const RandomData data = random_data(random, 200, 3, "logistic");
  const auto brier = [](const Tensor& s, const Tensor& y) { return square(sigmoid(s) - y); };
  const auto fit = [&](Curvature curvature, double rate) {
    return fit_boosted(data.dataset(),
                       {.loss = loss::custom("brier", brier, {.link = Link::sigmoid, .curvature = curvature}),
                        .rounds = 20,
                        .learning_rate = rate,
                        .l2 = 0.1});
  };
  for (const Curvature curvature : {Curvature::clamped, Curvature::absolute, Curvature::gauss_newton})
    EXPECT_EQ(fit(curvature, 0.1).rounds(), 20);
  const std::string message = refusal<DataError>([&] { fit(Curvature::exact, 1); });
  const std::size_t row = message.find("row "), end = message.find(" is negative");
  ASSERT_NE(end, std::string::npos) << message;
  EXPECT_EQ(message.substr(end),
            " is negative or not finite, and loss \"brier\" takes it as it is. Hint: .curvature = Curvature::clamped "
            "takes 0 where it is negative.");
  EXPECT_TRUE(message.starts_with("fit_boosted: in round ")) << message;
  EXPECT_LT(std::stoi(message.substr(row + 4)), 200);
}

/// Cox: labels are times, all of them events.
Tensor partial_likelihood(const Tensor& s, const Tensor& y) {
  const Tensor order = sort(y, 0, true).indices;
  const Tensor falling = take(s, 0, order);
  return sum(log(cumulative_sum(exp(falling), 0)) - falling);
}

TEST(CustomLoss, SurvivalImprovesItsConcordance) {
  Random random(9);
  RandomData data;
  add_numbers(data, random_numbers(random, 400, 50, 0));
  add_numbers(data, random_numbers(random, 400, 50, 0));
  for (int row = 0; row < 400; ++row) {
    const double risk = std::tanh(data.features[0].values[row]);
    data.label.push_back(-std::log(1 - random.uniform()) * std::exp(-2 * risk));
  }
  const BoostedModel model =
      fit_boosted(data.dataset(), {.loss = loss::custom("cox_likelihood", partial_likelihood), .rounds = 30});
  EXPECT_EQ(model.initial_score(), std::vector<double>{0});
  const std::vector<double> risk = numbers_of(model.predict(data.dataset()));
  double right = 0, pairs = 0;
  for (int i = 0; i < 400; ++i)
    for (int j = 0; j < 400; ++j) {
      if (data.label[i] >= data.label[j]) continue;
      pairs += 1;
      right += risk[i] > risk[j] ? 1 : risk[i] == risk[j] ? 0.5 : 0;
    }
  EXPECT_GT(right / pairs, 0.7);
  data.weight.assign(400, 2);
  EXPECT_EQ(refusal<ArgumentError>(
                [&] { fit_boosted(data.dataset(), {.loss = loss::custom("cox_likelihood", partial_likelihood)}); }),
            "loss \"cox_likelihood\": it gives one loss for all rows, which the rows' weights cannot be applied to. "
            "Hint: give one "
            "loss a row, or train without weights.");
}

TEST(CustomLoss, AMeanOverRowsTrainsAsItsRows) {
  Random random(10);
  RandomData data = random_data(random, 300, 4, "squared");
  const auto form = [](const Tensor& s, const Tensor& y) { return square(s - y); };
  const auto numbers = [&](const loss::LossFunction& f) {
    return numbers_of(
        fit_boosted(data.dataset(), {.loss = loss::custom("mine", f), .rounds = 5}).predict(data.dataset()));
  };
  const auto want = numbers(form);
  EXPECT_EQ(numbers([&](const Tensor& s, const Tensor& y) { return mean(form(s, y)); }), want);
  EXPECT_EQ(numbers([&](const Tensor& s, const Tensor& y) { return sum(form(s, y)); }), want);
  // On the tape likewise: max is no operation of row programs.
  const auto taped = [&](const Tensor& s, const Tensor& y) { return square(max(s.unsqueeze(1), 1) - y); };
  const auto tape = numbers(taped),
             tape_mean = numbers([&](const Tensor&s, const Tensor&y) { return mean(taped(s, y)); });
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(tape[i], want[i], 1e-4 * (1 + std::abs(want[i])));
    EXPECT_NEAR(tape_mean[i], want[i], 1e-4 * (1 + std::abs(want[i])));
  }
  data.weight.assign(300, 2);
  EXPECT_EQ(numbers([&](const Tensor& s, const Tensor& y) { return mean(form(s, y)); }), numbers(form));
}

TEST(CustomLoss, ALossWithoutCurvatureTrainsWithAnother) {
  Random random(11);
  RandomData data;
  add_numbers(data, random_numbers(random, 400, 50, 0));
  double spread = 0;
  for (int row = 0; row < 400; ++row) {
    data.label.push_back(10 * std::tanh(data.features[0].values[row]) + 0.1 * (random.uniform() - 0.5));
    spread += std::abs(data.label.back()) / 400;
  }
  const auto error = [&](const Loss& loss, double rate) {
    const BoostedModel model = fit_boosted(data.dataset(), {.loss = loss, .rounds = 60, .learning_rate = rate});
    return metric::mae().evaluate(model.predict(data.dataset()), data.dataset().label());
  };
  const auto corner = [](Curvature curvature) {
    return loss::custom("corner", [](const Tensor& s, const Tensor& y) { return abs(y - s); },
                        {.curvature = curvature});
  };
  EXPECT_GT(error(corner(Curvature::clamped), 0.1), 0.5 * spread);  // no split is possible
  EXPECT_LT(error(corner(Curvature::one), 1), 0.2 * spread);        // steps of at most 1, in the label's unit
  EXPECT_LT(error(corner(Curvature::majorising), 0.1), 0.2 * spread);
}

TEST(CustomLoss, WhatKnowsItsRowsTrainsOnThem) {
  // Pairs of rows that a function captures: RankNet.
  Random random(12);
  RandomData data;
  add_numbers(data, random_numbers(random, 200, 50, 0));
  for (int row = 0; row < 200; ++row)
    data.label.push_back(std::floor(2 * std::tanh(data.features[0].values[row]) + random.uniform()));
  std::vector<std::int64_t> better, worse;
  for (int i = 0; i < 200; ++i)
    for (int j = 0; j < 200; j += 7)
      if (data.label[i] > data.label[j]) {
        better.push_back(i);
        worse.push_back(j);
      }
  const auto tensor = [](const std::vector<std::int64_t>& v) {
    return Tensor::copy_of(std::span<const std::int64_t>(v), {static_cast<std::int64_t>(v.size())});
  };
  const Tensor a = tensor(better), b = tensor(worse);
  const Loss pairs = loss::custom(
      "pairs", [&](const Tensor& s, const Tensor&) { return sum(softplus(take(s, 0, b) - take(s, 0, a))); });
  const BoostedModel model = fit_boosted(data.dataset(), {.loss = pairs, .rounds = 30});
  const std::vector<double> score = numbers_of(model.predict(data.dataset()));
  double right = 0;
  for (std::size_t k = 0; k < better.size(); ++k)
    right += score[static_cast<std::size_t>(better[k])] > score[static_cast<std::size_t>(worse[k])] ? 1 : 0;
  EXPECT_GT(right / static_cast<double>(better.size()), 0.9);
  // Fewer rows than the function knows: its error, with the loss's name and these rows.
  const std::string message = refusal<ArgumentError>([&] {
    fit_boosted(data.take({0, 1, 2}).dataset(), {.loss = pairs});
  });
  EXPECT_TRUE(
      message.starts_with("fit_boosted: loss \"pairs\" fails on the 3 rows of the data, scores [3] and labels [3]: "))
      << message;
}

TEST(CustomLoss, IsItsOwnMetric) {
  Random random(13);
  const RandomData data = random_data(random, 300, 4, "squared");
  const auto normal = [](const Tensor& s, const Tensor& y) {
    return 0.5 * square((y - s.select(1, 0)) * exp(-s.select(1, 1))) + s.select(1, 1);
  };
  const Dataset valid = data.dataset();
  const BoostedModel model = fit_boosted(
      data.dataset(), {.loss = loss::custom("normal", normal, {.outputs = 2}), .rounds = 5}, {.valid = valid});
  ASSERT_EQ(model.history().size(), 5u);
  EXPECT_EQ(model.history()[0].size(), 1u);
  EXPECT_EQ(model.history()[0][0].name, "normal");
  EXPECT_LT(model.history()[4][0].value, model.history()[0][0].value);
}

TEST(CustomLoss, DamagedProgramsInFilesAreRefusedOrHarmless) {
  using Json = nlohmann::ordered_json;
  Random random(10);
  const Dataset data = data_for(loss::softmax({.classes = 3}), 11, 150).dataset();
  const Loss loss = loss::custom("mine", softmax_form, options_of(loss::softmax({.classes = 3})));
  const std::string bytes = bytes_of(fit_boosted(data, {.loss = loss, .rounds = 1, .max_leaves = 3}));
  const Json whole = Json::parse(opened(bytes));
  const std::filesystem::path path = scratch() / "damaged.json";
  int refusals = 0;
  for (int i = 0; i < 400; ++i) {
    Json document = whole;
    Json* place = &document["loss"]["custom"];
    while (place->is_structured() && !place->empty() && !random.chance(0.1)) {
      auto child = place->begin();
      std::advance(child, random.below(static_cast<int>(place->size())));
      place = &*child;
    }
    *place = random.one_of<Json>({Json(0), Json(-1), Json(3), Json(7), Json(512), Json(1e300), Json("link"),
                                  Json("exp"), Json("pick"), Json(nullptr), Json::array(), Json::object()});
    write_file(path, sealed(document.dump()));
    try {
      const BoostedModel loaded = BoostedModel::load(path);
      (void)loaded.predict(data);
      (void)fit_boosted(data, loaded.config());
    } catch (const FileError& error) {
      ++refusals;
      EXPECT_NE(std::string(error.what()).find("damaged.json"), std::string::npos) << error.what();
    } catch (const DataError&) {  // it reads, and its gradients are not finite
    } catch (const ArgumentError&) {
    }
  }
  EXPECT_GT(refusals, 200);
}

}  // namespace
}  // namespace linden
