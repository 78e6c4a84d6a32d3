// 01 Boosted trees: read a table, train, look at held-out metrics, save, load, predict one row.
//
//     build/check/examples/01_boosted        (from the project's folder; the data is in examples/data)
#include <iostream>
#include <linden/linden.hpp>

using namespace linden;

int main() {
  const Dataset data = Dataset::from_csv("examples/data/breast_cancer.csv", {.label = "diagnosis"});
  const auto [train, test] = data.split({.test_fraction = 0.25, .seed = 1});

  const BoostedModel model = fit_boosted(train, {.loss = loss::logistic(), .rounds = 100, .learning_rate = 0.1});

  const Tensor probability = model.predict(test);  // of the second class, "malignant"
  const Tensor label = model.labels_of(test);
  std::cout << "auc      " << metric::auc().evaluate(probability, label) << '\n'
            << "accuracy " << metric::accuracy().evaluate(probability, label) << '\n';

  model.save("breast_cancer.json");
  const BoostedModel again = BoostedModel::load("breast_cancer.json");

  std::vector<double> row(again.feature_names().size());  // one row, without allocating inside
  for (std::size_t f = 0; f < row.size(); ++f) row[f] = test.columns()[f].values.at<double>({0});
  double one = 0;
  again.predict_row(row, {&one, 1});
  std::cout << "row 0    " << one << (one == probability.at<double>({0}) ? " (the same from the file)" : "") << '\n';
}
