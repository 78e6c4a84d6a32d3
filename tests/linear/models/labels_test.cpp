// Several labels a row are a fit each.
#include <gtest/gtest.h>

#include <linden/linear.hpp>
#include <linden/metric.hpp>
#include <linden/statistics.hpp>

#include "linear/random_rows.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

struct TwoLabels {
  Dataset both, first, second;
};

TwoLabels two_labels(bool are_classes) {
  std::vector<double> x, z, a, b, weights;
  for (int i = 0; i < 40; ++i) {
    x.push_back(i % 7 - 2.5);
    z.push_back((i * i) % 11);
    a.push_back(are_classes ? (i * 3) % 5 < 2 : 0.5 * x.back() + (i * 7) % 5);
    b.push_back(are_classes ? (i * 5) % 7 < 3 : 2 - 0.1 * z.back() + (i * 3) % 4);
    weights.push_back(1 + i % 3);
  }
  std::vector<double> both;
  for (std::size_t i = 0; i < a.size(); ++i) both.insert(both.end(), {a[i], b[i]});
  const Dataset rows = Dataset().with_column("x", x).with_column("z", z).with_weight(weights);
  return {rows.with_label(Tensor::copy_of(both, {40, 2}), {"a", "b"}), rows.with_label(a), rows.with_label(b)};
}

TEST(SeveralLabels, AreAFitEach) {
  for (const bool are_classes : {false, true}) {
    const TwoLabels data = two_labels(are_classes);
    LinearConfig config{.loss = are_classes ? loss::logistic() : loss::squared(), .l2 = 0.01};
    if (are_classes) config.link = Link::probit;
    const LinearModel model = fit_linear(data.both, config);
    const LinearModel first = fit_linear(data.first, config), second = fit_linear(data.second, config);
    ASSERT_EQ(model.outputs(), 2);
    for (int j = 0; j < 2; ++j) {
      EXPECT_EQ(model.weight(j, 0), first.weight(j));
      EXPECT_EQ(model.weight(j, 1), second.weight(j));
    }
    EXPECT_EQ(model.intercept()[1], second.intercept()[0]);
    EXPECT_EQ(model.certificate().gap_kind, GapKind::bound);
    EXPECT_DOUBLE_EQ(model.certificate().objective, first.certificate().objective + second.certificate().objective);
    EXPECT_DOUBLE_EQ(model.certificate().gap, first.certificate().gap + second.certificate().gap);
    const Tensor found = model.predict(data.both), of_first = first.predict(data.first);
    ASSERT_EQ(found.size(1), 2);
    for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(found.span<const double>()[2 * i], of_first.span<const double>()[i]);
    const LinearModel loaded = LinearModel::from_string(model.to_string());
    EXPECT_EQ(loaded.to_string(), model.to_string());
    EXPECT_EQ(loaded.loss().link(), model.loss().link());
    double row[2] = {};
    loaded.predict_row(std::vector<double>{-2.5, 0}, row);
    EXPECT_EQ(row[0], found.span<const double>()[0]);
    EXPECT_EQ(row[1], found.span<const double>()[1]);
  }
}

TEST(SeveralLabels, RefusalsSayWhatIsTaken) {
  const TwoLabels data = two_labels(true);
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_linear(data.both, {.loss = loss::softmax()}); }),
            "fit_linear: the data has 2 labels a row, and loss \"softmax\" takes one. Hint: a built-in loss of one "
            "score, such as loss::squared() or, of labels 0 and 1, loss::logistic(); or a model for each label.");
  const LinearModel model = fit_linear(data.both, {.loss = loss::logistic()});
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(model, data.both); }),
            "statistics: loss \"logistic\" has 2 scores a row, and statistics want one, or softmax. Hint: a model for "
            "each.");
}

}  // namespace
}  // namespace linden
