// What differs between two models: nothing for a model and itself in any format, and every single change is found.
#include <gtest/gtest.h>

#include <filesystem>
#include <linden/model_text.hpp>
#include <sstream>

#include "boosting/hand_made.hpp"
#include "linear/model.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

std::string text_of(const ModelDiff& diff) {
  std::ostringstream out;
  out << diff;
  return out.str();
}

BoostedModel golden() {
  return BoostedModel::load(LINDEN_SOURCE_DIR "/tests/golden/models/boosted_linear_leaves.json");
}

template <class Change>
BoostedModel but(const BoostedModel& model, const Change& change) {
  auto state = std::make_shared<BoostedModel::State>(model.state());
  change(*state);
  return BoostedModel(std::move(state));
}

TEST(Diff, OfAModelAndItselfIsNothing) {
  for (const auto& entry : std::filesystem::directory_iterator(LINDEN_SOURCE_DIR "/tests/golden/models")) {
    const AnyModel model = load_model(entry.path());
    std::stringstream stream;
    std::visit([&](const auto& m) { m.save(stream, ModelFormat::binary); }, model);
    const ModelDiff found = diff(model, load_model(stream));
    EXPECT_TRUE(found.equal()) << entry.path() << text_of(found);
    EXPECT_EQ(text_of(found), "");
  }
}

TEST(Diff, OfBoostedModelsNamesWhatDiffers) {
  const BoostedModel model = golden();
  const auto found = [&](const auto& change) { return diff(model, but(model, change)); };
  EXPECT_EQ(text_of(found([](auto& s) { s.config.max_leaves = 7; })), "max_leaves          4 | 7\n");
  EXPECT_EQ(text_of(found([](auto& s) { s.initial_score[0] = 1; })), "start               -0.9033333333333333 | 1\n");
  EXPECT_EQ(text_of(found([](auto& s) { s.feature_names[0] = "years"; })), "feature 0           age | years\n");
  EXPECT_EQ(text_of(found([](auto& s) { s.label = ""; })), "label               y | -\n");
  EXPECT_EQ(text_of(found([](auto& s) { s.missing = {"?"}; })), "missing values      - | ?\n");
  EXPECT_EQ(text_of(found([](auto& s) { s.trees[1].leaf_values[2] = 0.5; })),
            "trees that differ   1 of 2; the first is tree 1: node 5: leaf 0.2660879706343015 against leaf "
            "0.5\n"
            "leaves that differ  1, at most by 0.233912 (tree 1, leaf 2)\n");
  EXPECT_EQ(text_of(found([](auto& s) { s.trees[1].nodes[0].threshold = 38; })),
            "trees that differ   1 of 2; the first is tree 1: node 0: age <= 37.5 against age <= 38\n");
  EXPECT_EQ(text_of(found([](auto& s) { s.trees[0].leaf_terms[1].slope = 1; })),
            "trees that differ   1 of 2; the first is tree 0: node 3: leaf -0.511833 - 0.00909096 (age - 63.8) against "
            "leaf -0.511833 + 1 (age - 63.8)\n");
  EXPECT_EQ(text_of(found([](auto& s) { s.trees[0].nodes[3].rows = 12; })),
            "trees that differ   1 of 2; the first is tree 0: node 3: 13 rows against 12 rows\n");
  const ModelDiff shorter = found([](auto& s) { s.trees.pop_back(); });
  EXPECT_EQ(text_of(shorter), "rounds kept         2 | 1\ntrees               2 | 1\n");
  EXPECT_EQ(shorter.trees, 1);
  EXPECT_EQ(shorter.first_tree, -1);
}

// Models that differ in one bit anywhere have other signatures, and diff sees it.
TEST(Diff, FindsEveryChangeThatTheSignatureFinds) {
  Random random(2);
  for (int turn = 0; turn < 200; ++turn) {
    const hand_made::Options options{.linear = turn % 2 == 0, .rounds = 2, .zeros_missing = true};
    const BoostedModel model = hand_made::random_model(random, options);
    const BoostedModel other = but(model, [&](BoostedModel::State& s) {
      Tree& tree = s.trees[static_cast<std::size_t>(random.below(2))];
      TreeNode& node = tree.nodes[static_cast<std::size_t>(random.below(static_cast<int>(tree.nodes.size())))];
      switch (random.below(6)) {
        case 0: node.gain += 1; break;
        case 1: node.cover += 1; break;
        case 2: ++node.rows; break;
        case 3: tree.leaf_values[0] = std::nextafter(tree.leaf_values[0], 9); break;
        case 4: s.initial_score[0] = std::nextafter(s.initial_score[0], 9); break;
        default: node.missing_left = !node.missing_left;
      }
    });
    EXPECT_NE(model.signature(), other.signature());
    EXPECT_FALSE(diff(model, other).equal());
    EXPECT_NE(text_of(diff(model, other)), "");
    EXPECT_TRUE(diff(other, other).equal());
  }
}

TEST(Diff, OfLinearModels) {
  const auto line = [](const auto& change) {
    auto state = std::make_shared<LinearModel::State>();
    state->config.loss = loss::squared();
    state->config.l2 = 0.25;
    state->feature_names = {"x", "y"};
    state->weights = {2, -0.5};
    state->intercept = {1.0 / 3};
    change(*state);
    return LinearModel(std::move(state));
  };
  const LinearModel model = line([](auto&) {}), other = line([](auto&s) {
                                                  s.weights[1] = -0.75;
                                                  s.intercept[0] = 0;
                                                  s.config.l2 = 1;
                                                });
  const ModelDiff found = diff(model, other);
  EXPECT_EQ(text_of(found),
            "l2                  0.25 | 1\n"
            "weights that differ 2, at most by 0.333333 ((intercept))\n");
  EXPECT_FALSE(found.equal());
  EXPECT_EQ(found.largest_weight, 1.0 / 3);
  EXPECT_TRUE(diff(model, line([](auto& s) { s.certificate.seconds = 9; })).equal());
  EXPECT_EQ(text_of(diff(model, golden())), "model               linear | boosted\n");
}

TEST(Diff, OfAnEmptyModelIsRefused) {
  EXPECT_EQ(refusal<ArgumentError>([] { diff(BoostedModel(), golden()); }), "diff: the first model is empty.");
  EXPECT_EQ(refusal<ArgumentError>([] { diff(golden(), LinearModel()); }), "diff: the second model is empty.");
}

}  // namespace
}  // namespace linden
