// Small models of each kind, with rows to report on.
#pragma once

#include <cmath>
#include <linden/linden.hpp>
#include <string>
#include <vector>

namespace linden::reporting {

struct Reported {
  std::string name;
  AnyModel model;
  Dataset data;
};

/// Rows of three numbers and one feature of categories, whose names try to break a page.
inline Dataset odd_rows(std::int64_t rows) {
  const Tensor x = Generator(11).uniform({rows, 3});
  std::vector<std::string> kinds;
  std::vector<double> gaps = x.select(1, 1).contiguous().to_vector<double>();
  for (std::int64_t row = 0; row < rows; ++row) {
    kinds.emplace_back(row % 3 == 0 ? "<script>alert(1)</script>" : row % 3 == 1 ? "a & \"b\"" : "plain");
    if (row % 7 == 0) gaps[static_cast<std::size_t>(row)] = NAN;
  }
  return Dataset()
      .with_column("x", x.select(1, 0).contiguous())
      .with_column("with <gaps>", NumberList(gaps))
      .with_column("z", x.select(1, 2).contiguous())
      .with_column("kind", NameList(kinds));
}

inline std::vector<double> scores_of(const Dataset& data) {
  std::vector<double> scores;
  for (std::int64_t row = 0; row < data.rows(); ++row)
    scores.push_back(4 * data.column("x").values.at<double>({row}) - 2 + (row % 3 == 0 ? 1 : 0) +
                     0.8 * std::sin(static_cast<double>(row)));
  return scores;
}

/// One of each chapter about quality, and of each family.
inline std::vector<Reported> all_kinds() {
  const std::int64_t rows = 240;
  const Dataset data = odd_rows(rows);
  const std::vector<double> scores = scores_of(data);
  std::vector<std::string> two, four;
  std::vector<double> events, times, grades, counts, weights;
  for (std::int64_t row = 0; row < rows; ++row) {
    const double score = scores[static_cast<std::size_t>(row)];
    two.emplace_back(score > 0 ? "yes & <yes>" : "no");
    four.push_back("class " + std::to_string(score > 1 ? 3 : score > 0 ? 2 : score > -1 ? 1 : 0));
    times.push_back(std::exp(score) + 0.01);
    events.push_back(row % 4 == 0 ? 0 : 1);
    grades.push_back(score > 1 ? 2 : score > 0 ? 1 : 0);
    counts.push_back(std::floor(std::exp(score / 2)));
    weights.push_back(1 + row % 2);
  }
  const BoostingConfig small{.rounds = 12, .max_leaves = 6, .min_rows_in_leaf = 8};
  const auto fit = [&](const Dataset& train, const Loss& loss) {
    BoostingConfig config = small;
    config.loss = loss;
    return fit_boosted(train, config);
  };
  const Dataset classes = data.with_label(NameList(two), "answer"), many = data.with_label(NameList(four), "class");
  const Dataset numbers = data.with_label(NumberList(scores), NameList({"score"})).with_weight(weights);
  const Dataset survival = data.with_label(NumberList(times), NameList({"days"})).with_event(events, "died");
  const Dataset ranked =
      data.with_label(NumberList(grades), NameList({"grade"})).with_groups(GroupList::sizes(std::vector<int>(24, 10)));
  const Dataset counted = data.with_label(NumberList(counts), NameList({"claims"}));
  const Dataset plain = numbers.without({"with <gaps>", "kind"});
  std::vector<double> both;
  for (std::int64_t row = 0; row < rows; ++row)
    both.insert(both.end(), {scores[static_cast<std::size_t>(row)] > 0 ? 1.0 : 0.0, row % 3 == 0 ? 1.0 : 0.0});
  const Dataset labels = data.with_label(Tensor::copy_of(both, {rows, 2}), {"warm", "third"});
  return {{"two classes", fit_boosted(classes, small, {.valid = classes, .train_metrics = true}), classes},
          {"many classes", fit(many, loss::softmax()), many},
          {"numbers", fit(numbers, loss::squared()), numbers},
          {"counts", fit(counted, loss::poisson()), counted},
          {"a distribution", fit(numbers, loss::normal_distribution()), numbers},
          {"quantiles", fit(numbers, loss::quantile({.level = {0.1, 0.5, 0.9}})), numbers},
          {"labels", fit(labels, loss::logistic()), labels},
          {"times", fit(survival, loss::cox()), survival},
          {"ranking", fit(ranked, loss::lambdarank()), ranked},
          {"a line", fit_linear(plain), plain},
          {"a line of classes", fit_linear(classes.without({"with <gaps>", "kind"}), {.l2 = 1e-3}), classes},
          {"a line with l1", fit_linear(plain, {.l1 = 0.05}), plain}};
}

}  // namespace linden::reporting
