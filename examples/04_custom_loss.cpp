// 04 The loss that you write: focal loss as an expression of tensors. Its gradient and curvature are derived from it.
//
//     build/check/examples/04_custom_loss    (from the project's folder; the data is in examples/data)
#include <iostream>
#include <linden/linden.hpp>

using namespace linden;

int main() {
  const auto [train, test] =
      Dataset::from_csv("examples/data/breast_cancer.csv", {.label = "diagnosis"}).split({.test_fraction = 0.25});

  // Lin et al. 2017: rows that are already right count little.
  const Loss focal =
      loss::custom("my focal",
                   [](const Tensor& score, const Tensor& y) {
                     const Tensor p = sigmoid(score);
                     return -y * square(1 - p) * log_sigmoid(score) - (1 - y) * square(p) * log_sigmoid(-score);
                   },
                   {.link = Link::sigmoid});

  // One row, to look at: the loss, its slope and its curvature at score 0.5, label 1.
  const double score = 0.5;
  double slope = 0, curvature = 0;
  const double value = focal.evaluate({&score, 1}, 1, {&slope, 1}, {&curvature, 1});
  std::cout << "loss " << value << ", slope " << slope << ", curvature " << curvature << '\n';

  const BoostedModel model = fit_boosted(train, {.loss = focal, .rounds = 100});
  std::cout << "auc " << metric::auc().evaluate(model.predict(test), model.labels_of(test)) << '\n';

  // The file holds the expression too: it loads and predicts anywhere.
  model.save("focal.json");
  std::cout << BoostedModel::load("focal.json").loss().name() << " loaded\n";
}
