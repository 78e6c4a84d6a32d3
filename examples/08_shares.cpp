// 08 Dirichlet regression, three shares a row: XGBoost's tutorial of custom objectives, without its derivatives.
#include <iostream>
#include <linden/linden.hpp>

using namespace linden;

int main() {
  Generator generator(1);  // shares of the parameters (4, 2, 1) where x > 0, and (1, 2, 4) elsewhere
  const Tensor x = generator.normal({4000, 1}), e = -log(1 - generator.uniform({4000, 7})), right = x.select(1, 0) > 0;
  const Tensor few = e.select(1, 0), many = sum(e.slice(1, 1, 5), 1), two = sum(e.slice(1, 5, 7), 1);
  const Tensor all = few + many + two, first = where(right, many, few) / all, last = where(right, few, many) / all;

  const Loss dirichlet = loss::custom(
      "dirichlet",
      [](const Tensor& score, const Tensor& y, std::span<const Tensor> others) {
        const Tensor a = exp(score);  // [rows, 3]: the parameters
        return sum(lgamma(a), 1) - lgamma(sum(a, 1)) - (a.select(1, 0) - 1) * log(y) -
               (a.select(1, 1) - 1) * log(others[0]) - (a.select(1, 2) - 1) * log(others[1]);
      },
      {.outputs = 3, .labels = LabelKind::positive, .curvature = Curvature::absolute, .parameters = {two / all, last}});
  const BoostedModel model =
      fit_boosted(Dataset::from_tensors(x, {.label = first}), {.loss = dirichlet, .max_leaves = 4});
  std::cout << "parameters at x = -1 and 1:\n"
            << exp(model.predict(Dataset::from_tensors(Tensor::of({{-1.0}, {1.0}})))) << '\n';
}
