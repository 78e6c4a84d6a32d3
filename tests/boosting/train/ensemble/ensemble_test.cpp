// The scores of an ensemble: of trees added, those of predict to the last bit; of trees dropped and scaled, a sum over
// the trees with their weights.
#include "boosting/train/ensemble/ensemble.hpp"

#include "boosting/train/ensemble_of.hpp"

namespace linden {
namespace {

struct Fixture {
  explicit Fixture(const std::string& loss, std::uint64_t seed = 1) {
    Random random(seed);
    const RandomData data = random_data(random, 300, 5, loss);
    train = data.dataset();
    valid = other_rows(random, data);
    const BoostingConfig config{
        .loss = loss::by_name(loss), .rounds = 6, .learning_rate = 0.5, .max_leaves = 9, .min_rows_in_leaf = 3};
    fit = std::make_unique<EnsembleOf>(train, valid, config, Device::cpu());
    for (const Tree& tree : fit->model.trees()) fit->ensemble->add(tree);
  }

  /// Scores of the model's trees, each so many times.
  std::vector<double> expected(const std::vector<double>& weights) const {
    std::vector<Tree> trees = fit->model.trees();
    for (std::size_t i = 0; i < trees.size(); ++i)
      for (double& value : trees[i].leaf_values) value *= weights[i];
    return predicted_scores(with_trees(fit->model, trees), train, valid);
  }
  std::vector<double> ones() const { return std::vector<double>(fit->ensemble->size(), 1); }

  Dataset train, valid;
  std::unique_ptr<EnsembleOf> fit;
};

void expect_near(const std::vector<double>& a, const std::vector<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-12 * (1 + std::abs(b[i]))) << i;
}

TEST(Ensemble, AddsTreesWhenScoresAreAskedFor) {
  for (const std::string loss : {"squared", "softmax"}) {
    Fixture f(loss);
    EXPECT_EQ(first_difference(f.fit->all_scores(), predicted_scores(f.fit->model, f.train, f.valid)), "");
    std::vector<Tree> trees = f.fit->model.trees();
    for (int k = 0; k < f.fit->model.outputs(); ++k) {  // more, on scores that are there already
      trees.push_back(trees[static_cast<std::size_t>(k)]);
      f.fit->ensemble->add(trees.back());
    }
    EXPECT_EQ(
        first_difference(f.fit->all_scores(), predicted_scores(with_trees(f.fit->model, trees), f.train, f.valid)), "");
  }
}

TEST(Ensemble, DroppedTreesAreInNoScore) {
  Fixture f("softmax");
  f.fit->all_scores();
  const std::vector<std::size_t> dropped{1, 4, 11};
  f.fit->ensemble->drop(dropped);
  std::vector<double> weights = f.ones();
  for (const std::size_t tree : dropped) weights[tree] = 0;
  expect_near(f.fit->all_scores(), f.expected(weights));
  f.fit->ensemble->sum_again();  // and in order they are, to the last bit, what these trees alone give
  EXPECT_EQ(first_difference(f.fit->all_scores(), f.expected(weights)), "");
  EXPECT_EQ(dump(f.fit->ensemble->trees()), dump(f.fit->model.trees()));  // the model keeps them
}

TEST(Ensemble, ScaledTreesWeighMoreOrLess) {
  Fixture f("squared");
  f.fit->all_scores();
  f.fit->ensemble->drop(std::vector<std::size_t>{0, 2});
  f.fit->all_scores();
  f.fit->ensemble->scale(std::vector<std::size_t>{0, 3}, 0.3);
  f.fit->ensemble->scale(std::vector<std::size_t>{3}, 3);
  std::vector<double> weights{0.3, 1, 0, 0.3 * 3, 1, 1};
  expect_near(f.fit->all_scores(), f.expected(weights));
  f.fit->ensemble->scale(std::vector<std::size_t>{2}, 1);
  weights[2] = 1;
  f.fit->ensemble->sum_again();
  EXPECT_EQ(first_difference(f.fit->all_scores(), f.expected(weights)), "");
  const std::vector<Tree> trees = f.fit->ensemble->trees();
  EXPECT_EQ(first_difference(predicted_scores(with_trees(f.fit->model, trees), f.train, f.valid), f.fit->all_scores()),
            "");
  EXPECT_EQ(dump(std::move(*f.fit->ensemble).trees()), dump(trees));
}

TEST(Ensemble, TreesThatComeBackLeaveScoresAsTheyWere) {
  Fixture f("squared");
  const std::vector<double> scores = f.fit->all_scores();
  const std::vector<std::size_t> some{1, 2, 5};
  f.fit->ensemble->drop(some);  // nobody asks in between: nothing is added or taken away
  f.fit->ensemble->scale(some, 1);
  EXPECT_EQ(first_difference(f.fit->all_scores(), scores), "");
  f.fit->ensemble->drop(some);
  EXPECT_NE(first_difference(f.fit->all_scores(), scores), "");
  f.fit->ensemble->scale(some, 1);
  expect_near(f.fit->all_scores(), scores);
  f.fit->ensemble->sum_again();
  EXPECT_EQ(first_difference(f.fit->all_scores(), scores), "");
}

}  // namespace
}  // namespace linden
