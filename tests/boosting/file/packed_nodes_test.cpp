// Trees in binary files: models of every kind come back to the byte, and lists that do not fit a tree are refused.
#include "boosting/file/packed_nodes.hpp"

#include <gtest/gtest.h>

#include <linden/threads.hpp>
#include <sstream>

#include "boosting/hand_made.hpp"
#include "boosting/random_data.hpp"
#include "json/packed_document.hpp"
#include "model/sealed.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

std::string binary(const BoostedModel& model) {
  std::ostringstream stream;
  model.save(stream, ModelFormat::binary);
  return stream.str();
}

void expect_back(const BoostedModel& model) {
  const std::string bytes = binary(model);
  const BoostedModel back = BoostedModel::from_string(bytes);
  EXPECT_EQ(back.to_string(), model.to_string());
  EXPECT_EQ(binary(back), bytes);
  EXPECT_EQ(binary(BoostedModel::from_string(model.to_string())), bytes);
}

TEST(PackedNodes, OfModelsMadeByHand) {
  Random random(5);
  for (int turn = 0; turn < 30; ++turn)
    for (const bool zeros : {false, true}) {
      hand_made::Options options{.zeros_missing = zeros};
      expect_back(hand_made::random_model(random, options));
      options.linear = true;
      expect_back(hand_made::random_model(random, options));
      options.linear = false;
      options.outputs = 3;
      options.loss = link_only_loss("someone's", Link::softmax, 3, LabelKind::classes);
      expect_back(hand_made::random_model(random, options));
      options.add_to_all = true;
      expect_back(hand_made::random_model(random, options));
    }
}

TEST(PackedNodes, OfModelsThatWereTrained) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    for (const std::string& loss : row_losses()) {
      Random random(seed);
      RandomData data = random_data(random, 150, 5, loss);
      add_codes(data, random_codes(random, 150, 90, 0.1), 95);
      const Dataset rows = data.dataset();
      expect_back(fit_boosted(rows, {.loss = loss::by_name(loss), .rounds = 3, .min_rows_in_leaf = 2, .seed = seed}));
      expect_back(fit_boosted(rows, {.loss = loss::by_name(loss), .rounds = 1, .max_leaves = 2},
                              {.valid = rows, .save_history = true}));
    }
}

// What no training makes and a file may have: numbers where leaves have none, sums that are not those of the children.
TEST(PackedNodes, WhatDoesNotFollowFromOtherListsIsKept) {
  Random random(6);
  for (int turn = 0; turn < 40; ++turn) {
    BoostedModel::State state = hand_made::random_state(random, {});
    for (Tree& tree : state.trees)
      for (TreeNode& node : tree.nodes) {
        if (turn % 4 == 0) node.rows = random.below(3);
        if (turn % 4 == 1) node.cover = random.chance(0.5) ? 0 : 1e300 * random.uniform();
        if (turn % 4 == 2 && node.feature < 0) node.gain = random.one_of({0.0, -0.0, 1.5});
        if (turn % 4 == 3 && node.feature < 0) {
          node.missing_left = random.chance(0.3);
          node.threshold = random.one_of({0.0, -0.0, 2.5});
        }
      }
    expect_back(BoostedModel(as_loaded("odd", state)));
  }
}

TEST(PackedNodes, SumsOfChildrenAreLeftOut) {
  std::vector<double> values, label;
  for (int row = 0; row < 2000; ++row) {
    values.push_back(row * 7919 % 2003);
    label.push_back(row % 3 == 0 ? 1 : std::sin(row * 0.01));
  }
  const Dataset data = Dataset::from_named({{"x", Tensor::copy_of(std::span(values), {2000})}},
                                           Tensor::copy_of(std::span(label), {2000}));
  const BoostedModel model = fit_boosted(data, {.rounds = 20, .max_leaves = 63, .min_rows_in_leaf = 5});
  EXPECT_LT(4 * binary(model).size(), model.to_string().size());
}

// Of a large file several threads read a part each. Models and predictions are those of one thread.
TEST(PackedNodes, LargeFilesAreReadInParts) {
  for (const bool add_to_all : {false, true}) {
    Random random(7);
    hand_made::Options options{.add_to_all = add_to_all, .linear = !add_to_all, .rounds = 600, .zeros_missing = true};
    if (add_to_all) {
      options.outputs = 3;
      options.loss = link_only_loss("someone's", Link::softmax, 3, LabelKind::classes);
    }
    const BoostedModel model = hand_made::random_model(random, options);
    const std::string bytes = binary(model), text = model.to_string();
    ASSERT_GT(bytes.size(), 200'000u);
    const RandomData rows = hand_made::random_rows(random, options, 20);
    const auto scores = [&](const BoostedModel& of) {
      std::vector<double> all(20 * static_cast<std::size_t>(options.outputs));
      for (int row = 0; row < 20; ++row)
        of.predict_row(hand_made::row_of(rows, row),
                       std::span(all).subspan(static_cast<std::size_t>(row * options.outputs),
                                              static_cast<std::size_t>(options.outputs)));
      return all;
    };
    const std::vector<double> want = scores(model);
    for (const int threads : {1, 2, 3}) {
      const Threads scope(threads);
      const BoostedModel back = BoostedModel::from_string(bytes);
      EXPECT_EQ(back.to_string(), text);
      EXPECT_EQ(scores(back), want);
    }
  }
}

// Of several trees that are wrong the first is named, whichever was read first.
TEST(PackedNodes, OfTreesThatAreWrongTheFirstIsNamed) {
  Random random(8);
  BoostedModel::State state = hand_made::random_state(random, {.rounds = 1000});
  const auto saved = [&] {
    std::string bytes;
    write_boosted([&](std::string_view part) { bytes += part; }, "m", state, ModelFormat::binary);
    return bytes;
  };
  ASSERT_GT(saved().size(), 200'000u);
  for (const std::size_t tree : {950u, 700u, 40u, 0u}) {
    state.trees[tree].nodes.back().rows = -1;
    const std::string bytes = saved(), start = "the text: body.trees[" + std::to_string(tree) + "].rows[";
    for (const int threads : {1, 2}) {
      const Threads scope(threads);
      const std::string message = refusal<FileError>([&] { BoostedModel::from_string(bytes); });
      EXPECT_EQ(message.substr(0, start.size()), start) << message;
      EXPECT_TRUE(message.ends_with("] is -1, outside [0, 9007199254740992].")) << message;
    }
  }
}

class PackedTree : public testing::Test {
 protected:
  // A tree of two splits and three leaves, of which a list is another.
  static std::string refused(const std::string& name, const std::vector<double>& list) {
    std::string bytes;
    JsonWriter json([&](std::string_view part) { bytes += part; }, JsonWriter::Form::packed);
    json.open_object();
    const std::pair<const char*, std::vector<double>> lists[] = {{"feature", {0, 1, -1, -1, -1}},
                                                                 {"threshold", {1, 0}},
                                                                 {"missing_left", {}},
                                                                 {"left", {0, 1}},
                                                                 {"value", {1, 2, 3}},
                                                                 {"gain", {5, 4}},
                                                                 {"cover", {1, 1, 1}},
                                                                 {"cover_excess", {}},
                                                                 {"rows", {4, 5, 6}}};
    for (const auto& [member, numbers] : lists) json[member].values(member == name ? list : numbers);
    json.close_object();
    json.flush();
    const auto read = [&] {
      JsonReader reader(PackedBytes(packed_document(bytes)), "f");
      Tree tree;
      reader.open_object();
      read_packed_nodes(reader, tree, {{0.25, 0.5}, {7}}, 1);
      EXPECT_EQ(tree.nodes[0].threshold, 0.5);
      EXPECT_EQ(tree.nodes[1].threshold, 7);
      EXPECT_EQ(tree.nodes[0].left, 1);
      EXPECT_EQ(tree.nodes[1].left, 3);
      EXPECT_EQ(tree.nodes[0].rows, 15);
      EXPECT_EQ(tree.nodes[1].rows, 11);
      EXPECT_EQ(tree.nodes[0].cover, 3);
      EXPECT_EQ(tree.leaf_values, (std::vector<double>{1, 2, 3}));
      EXPECT_EQ(tree.nodes[2].leaf, 0);
    };
    if (name.empty()) {
      read();
      return "";
    }
    return refusal<FileError>(read);
  }
};

TEST_F(PackedTree, ListsThatDoNotFitAreRefused) {
  EXPECT_EQ(refused("", {}), "");
  EXPECT_EQ(refused("feature", {0, 1, -1, -1}), "f: feature does not have an odd number of nodes.");
  EXPECT_EQ(refused("feature", {0, 1, 1, -1, -1}), "f: feature has 3 splits for 2 leaves.");
  EXPECT_EQ(refused("feature", {0, 2, -1, -1, -1}), "f: feature[1] is 2, outside [-1, 1].");
  EXPECT_EQ(refused("threshold", {1, 1}),
            "f: threshold has a place among the 1 thresholds of feature 1 that there is not.");
  EXPECT_EQ(refused("threshold", {1, 0.5}), "f: threshold[0] is not a whole number.");
  EXPECT_EQ(refused("threshold", {1, 0, 0}), "f: threshold has 3 entries for 2 splits and 3 leaves.");
  EXPECT_EQ(refused("missing_left", {1}), "f: missing_left has 1 entries for 2 splits and 3 leaves.");
  EXPECT_EQ(refused("left", {0, 2}), "f: left[1] is 2, outside [0, 1].");
  EXPECT_EQ(refused("left", {0}), "f: left has 1 entries for 2 splits and 3 leaves.");
  EXPECT_EQ(refused("value", {1, 2}), "f: value has 2 entries for 3 leaves and 1 outputs.");
  EXPECT_EQ(refused("gain", {1, 2, 3}), "f: gain has 3 entries for 2 splits and 3 leaves.");
  EXPECT_EQ(refused("cover", {1, 2}), "f: cover has 2 entries for 2 splits and 3 leaves.");
  EXPECT_EQ(refused("cover", {1e308, 1e308, 1e308}), "f: cover_excess makes a cover that is not finite.");
  EXPECT_EQ(refused("cover_excess", {1}), "f: cover_excess has 1 entries for 2 splits and 3 leaves.");
  EXPECT_EQ(refused("rows", {0, 9007199254740992, 1}), "f: rows adds up to more than 9007199254740992.");
  EXPECT_EQ(refused("rows", {0, -1, 1}), "f: rows[1] is -1, outside [0, 9007199254740992].");
}

}  // namespace
}  // namespace linden
