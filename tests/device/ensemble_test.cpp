// An ensemble on a GPU: the scores of the CPU, to the last bit, whatever was added, dropped and scaled.
#include "boosting/train/ensemble/ensemble.hpp"

#include "boosting/sparse_data.hpp"
#include "boosting/train/ensemble_of.hpp"
#include "device/gpu.hpp"

namespace linden::device_test {
namespace {

class EnsembleOnGpu : public OnGpu {
 protected:
  void expect_same_scores(const Dataset& train, const Dataset& valid, const std::string& loss) {
    const BoostingConfig config{
        .loss = loss::by_name(loss), .rounds = 3, .learning_rate = 0.5, .max_leaves = 9, .min_rows_in_leaf = 3};
    EnsembleOf here(train, valid, config, Device::cpu()), there(train, valid, config, gpu());
    const auto both = [&](const auto& change) {
      change(*here.ensemble);
      change(*there.ensemble);
      EXPECT_EQ(first_difference(there.all_scores(), here.all_scores()), "") << loss;
    };
    both([&](Ensemble& ensemble) {
      for (const Tree& tree : here.model.trees()) ensemble.add(tree);
    });
    EXPECT_EQ(first_difference(there.all_scores(), predicted_scores(here.model, train, valid)), "");
    both([](Ensemble& ensemble) { ensemble.drop(std::vector<std::size_t>{0, 2}); });
    both([](Ensemble& ensemble) { ensemble.scale(std::vector<std::size_t>{1, 2}, 0.3); });
    both([](Ensemble& ensemble) { ensemble.sum_again(); });
  }
};

TEST_F(EnsembleOnGpu, ColumnsOfAllKinds) {
  Random random(4);
  for (const std::string loss : {"squared", "softmax"}) {
    const RandomData data = random_data(random, 600, 5, loss, 500);
    expect_same_scores(data.dataset(), other_rows(random, data), loss);
  }
}

TEST_F(EnsembleOnGpu, SparseRows) {
  Random random(5);
  const SparsePair train = both(random_sparse(random, 300, 12, "squared"));
  expect_same_scores(train.sparse, train.sparse, "squared");
  expect_same_scores(train.sparse, train.dense, "squared");
}

}  // namespace
}  // namespace linden::device_test
