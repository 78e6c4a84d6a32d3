// 06 Linear models: a fit, its certificate, and a model with l1 that keeps the columns it needs.
//
//     build/check/examples/06_linear         (from the project's folder; the data is in examples/data)
#include <iostream>
#include <linden/linden.hpp>

using namespace linden;

int main() {
  const auto [train, test] =
      Dataset::from_csv("examples/data/breast_cancer.csv", {.label = "diagnosis"}).split({.test_fraction = 0.25});
  const auto auc = [&](const LinearModel& model) {
    return metric::auc().evaluate(model.predict(test), model.labels_of(test));
  };

  // The optimum, and how far from it the fit is at most: nothing has to be tuned, and nothing is taken on trust.
  const LinearModel model = fit_linear(train, {.loss = loss::logistic(), .l2 = 1e-3});
  std::cout << model.certificate() << "auc " << auc(model) << "\n\n";

  // l1 sets weights to 0. Penalties are on columns of unit variance, whatever their units (standardize = true).
  const LinearModel sparse = fit_linear(train, {.loss = loss::logistic(), .l1 = 0.02});
  for (int f = 0; f < train.features(); ++f)
    if (sparse.weight(f) != 0) std::cout << sparse.feature_names()[f] << ' ' << sparse.weight(f) << '\n';
  std::cout << "auc " << auc(sparse) << '\n';

  // Programs ask the certificate what to make of a fit.
  if (!sparse.certificate().is_optimal()) std::cout << name_of(sparse.certificate().status) << '\n';
}
