// Models made by hand predict what their trees say: leaves of one value or of several, zeros that are missing, splits
// by category, in batches and rows, dense and sparse, after saving and loading.
#include "boosting/hand_made.hpp"

namespace linden {
namespace {

using namespace hand_made;

std::vector<Options> all_options() {
  const auto link_only = [](Link link, int outputs, LabelKind labels) {
    return link_only_loss("rank:pairwise", link, outputs, labels);
  };
  std::vector<Options> all;
  for (const bool zeros : {false, true})
    for (const bool numbers_alone : {false, true}) {
      const std::size_t first = all.size();
      all.push_back({});
      all.push_back({.linear = true, .rounds = 30});
      all.push_back({.outputs = 3, .linear = true, .loss = loss::softmax({.classes = 3})});
      all.push_back({.outputs = 3, .loss = link_only(Link::sigmoid, 3, LabelKind::classes)});
      all.push_back({.outputs = 3, .add_to_all = true, .loss = loss::softmax({.classes = 3})});
      all.push_back(
          {.outputs = 40, .add_to_all = true, .rounds = 17, .loss = link_only(Link::exp, 40, LabelKind::real)});
      for (std::size_t i = first; i < all.size(); ++i) {
        all[i].zeros_missing = zeros;
        if (numbers_alone) all[i].categories = {0, 0, 0, 0};
      }
    }
  return all;
}

TEST(HandMade, BatchesAndRowsAreWhatTheTreesSay) {
  Random random(1);
  for (const Options& options : all_options()) {
    const BoostedModel model = random_model(random, options);
    const RandomData data = random_rows(random, options, 333);
    const Dataset rows = data.dataset(model.feature_names());
    EXPECT_EQ(model.outputs(), options.outputs);
    EXPECT_EQ(model.rounds(), options.rounds);
    const std::size_t trees = model.trees().size();
    ASSERT_EQ(trees, static_cast<std::size_t>(options.rounds * (options.add_to_all ? 1 : options.outputs)));
    std::vector<double> scores, two_rounds, predictions, out(static_cast<std::size_t>(options.outputs));
    std::vector<std::int32_t> leaves;
    for (int row = 0; row < data.rows(); ++row) {
      const std::vector<double> values = row_of(data, row);
      std::vector<double> score = scores_of(model, values, trees);
      scores.insert(scores.end(), score.begin(), score.end());
      const std::vector<double> early = scores_of(model, values, 2 * trees / static_cast<std::size_t>(options.rounds));
      two_rounds.insert(two_rounds.end(), early.begin(), early.end());
      for (const Tree& tree : model.trees()) leaves.push_back(leaf_of(model, tree, values).leaf);
      model.loss().predict(score);
      predictions.insert(predictions.end(), score.begin(), score.end());
      model.predict_row(values, out);
      EXPECT_EQ(out, score);
    }
    for (const int threads : {1, 2, 7}) {
      EXPECT_EQ(numbers_of(model.predict(rows, {.output = Output::score, .threads = threads})), scores);
      EXPECT_EQ(numbers_of(model.predict(rows, {.threads = threads})), predictions);
      EXPECT_EQ(numbers_of(model.predict(rows, {.output = Output::score, .rounds = 2, .threads = threads})),
                two_rounds);
      const Tensor found = model.predict(rows, {.output = Output::leaf, .threads = threads});
      EXPECT_EQ(found.shape(), (Shape{333, static_cast<std::int64_t>(trees)}));
      EXPECT_TRUE(std::ranges::equal(found.span<const std::int32_t>(), leaves));
    }
    const RowPredictor predictor = model.row_predictor(model.feature_names());
    for (int row = 0; row < 50; ++row) {
      std::vector<RowValue> values;
      for (std::size_t f = 0; f < data.features.size(); ++f) {
        const double x = data.features[f].values[static_cast<std::size_t>(row)];
        if (!data.features[f].categorical)
          values.emplace_back(x);
        else if (x < 0)
          values.emplace_back(missing_value);
        else
          values.emplace_back(model.categories(static_cast<int>(f))[static_cast<std::size_t>(x)]);
      }
      predictor.predict(values, out);
      for (std::size_t k = 0; k < out.size(); ++k)
        EXPECT_EQ(out[k], predictions[static_cast<std::size_t>(row) * out.size() + k]);
    }
  }
}

TEST(HandMade, SparseRowsHaveZerosWhereTheyHaveNothing) {
  Random random(2);
  for (const int outputs : {1, 2, 4}) {
    const Options options{.outputs = outputs,
                          .add_to_all = outputs > 2,
                          .linear = outputs == 2,
                          .zeros_missing = true,
                          .categories = std::vector<int>(12, 0),
                          .loss = link_only_loss("theirs", Link::identity, outputs, LabelKind::real)};
    const BoostedModel model = random_model(random, options);
    std::vector<std::int64_t> offsets{0};
    std::vector<std::int32_t> columns;
    std::vector<double> values, expected;
    for (int row = 0; row < 300; ++row) {
      std::vector<double> dense(12, 0.0);
      for (std::int32_t c = 0; c < 12; ++c) {
        if (random.chance(0.7)) continue;
        columns.push_back(c);
        values.push_back(dense[static_cast<std::size_t>(c)] = random_number(random));
      }
      offsets.push_back(std::ssize(columns));
      const std::vector<double> score = scores_of(model, dense, model.trees().size());
      expected.insert(expected.end(), score.begin(), score.end());
    }
    const Dataset rows = Dataset::from_csr(std::span<const std::int64_t>(offsets),
                                           std::span<const std::int32_t>(columns), std::span<const double>(values), 12);
    EXPECT_EQ(numbers_of(model.predict(rows, {.threads = 2})), expected);
  }
}

TEST(HandMade, FilesHoldAllOfIt) {
  Random random(3);
  for (const Options& options : all_options()) {
    const BoostedModel model = random_model(random, options);
    const BoostedModel loaded = BoostedModel::from_string(model.to_string());
    EXPECT_EQ(loaded.to_string(), model.to_string());
    EXPECT_EQ(dump(loaded.trees()), dump(model.trees()));
    EXPECT_EQ(loaded.loss().name(), model.loss().name());
    EXPECT_EQ(loaded.loss().link(), model.loss().link());
    EXPECT_EQ(loaded.loss().label_kind(), model.loss().label_kind());
    EXPECT_EQ(loaded.classes(), model.classes());
    EXPECT_FALSE(loaded.has_config());
    const Dataset rows = random_rows(random, options, 60).dataset(model.feature_names());
    EXPECT_EQ(numbers_of(loaded.predict(rows)), numbers_of(model.predict(rows)));
  }
}

TEST(HandMade, TheMostProbableClassIsTheLabel) {
  Random random(4);
  const Options options{
      .outputs = 3, .add_to_all = true, .loss = link_only_loss("ova", Link::sigmoid, 3, LabelKind::classes)};
  const BoostedModel model = random_model(random, options);
  EXPECT_EQ(model.classes().size(), 3u);
  const Dataset rows = random_rows(random, options, 80).dataset(model.feature_names());
  const std::vector<double> p = numbers_of(model.predict(rows));
  const std::vector<double> label = numbers_of(model.predict(rows, {.output = Output::label}));
  for (std::size_t row = 0; row < 80; ++row)
    EXPECT_EQ(label[row], std::max_element(p.begin() + 3 * row, p.begin() + 3 * row + 3) - (p.begin() + 3 * row));
}

TEST(HandMade, ImportancesAreThoseOfTheSplits) {
  Random random(5);
  const BoostedModel model = random_model(random, {.outputs = 2,
                                                   .add_to_all = true,
                                                   .rounds = 9,
                                                   .loss = link_only_loss("two", Link::identity, 2, LabelKind::real)});
  std::vector<double> gain(5);
  for (const Tree& tree : model.trees())
    for (const TreeNode& node : tree.nodes)
      if (node.feature >= 0) gain[static_cast<std::size_t>(node.feature)] += node.gain;
  for (const Importance& importance : model.importances())
    EXPECT_EQ(importance.gain, gain[static_cast<std::size_t>(importance.feature)]);
  EXPECT_EQ(model.importances().size(), 5u);
}

}  // namespace
}  // namespace linden
