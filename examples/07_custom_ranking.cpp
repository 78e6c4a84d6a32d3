// 07 A ranking that you write: LambdaMART as an expression of the rows of one query. Its gradient and curvature are
// derived from it, for all queries.
//
//     build/check/examples/07_custom_ranking
#include <cmath>
#include <iostream>
#include <linden/linden.hpp>

using namespace linden;

// 400 queries of 20 rows: how relevant a row is depends on three of its five features.
Dataset made_up_queries(std::uint64_t seed) {
  Generator generator(seed);
  const Tensor x = generator.normal({8000, 5}), noise = generator.normal({8000});
  const Tensor relevance = x.select(1, 0) + x.select(1, 1) * x.select(1, 2) + 0.5 * noise;
  return Dataset::from_tensors(
      x, {.label = clamp(floor(relevance + 1), 0, 4), .groups = GroupList::sizes(std::vector<int>(400, 20))});
}

// The rows of a query in pairs, each weighing by how much NDCG would change if they changed places.
Tensor lambdamart(const Tensor& score, const Tensor& y) {
  const Tensor rank = cast(sort(sort(score.detach(), 0, true).indices).indices, DType::f64);
  const Tensor discount = std::log(2.0) / log(rank + 2), gain = exp(std::log(2.0) * y) - 1;
  const Tensor best = sum(sort(gain, 0, true).values * (std::log(2.0) / log(cast(arange(y.size(0)), DType::f64) + 2)));
  const auto differences = [](const Tensor& t) { return t.unsqueeze(1) - t.unsqueeze(0); };
  const Tensor margin = differences(score);
  const Tensor change = abs(differences(gain) * differences(discount)) / maximum(best, 1e-9);
  const Tensor weight = where(differences(y) > 0, change / (0.01 + abs(margin.detach())), 0.0);
  return sum(weight * softplus(-margin));
}

int main() {
  const Dataset train = made_up_queries(1), test = made_up_queries(3);
  const auto ndcg = [&](const Loss& loss) {
    const BoostedModel model = fit_boosted(train, {.loss = loss, .rounds = 50});
    return metric::ndcg({.at = 10})
        .evaluate({.prediction = model.predict(test), .label = test.label(), .groups = test.groups()});
  };
  std::cout << "ndcg@10, written here " << ndcg(loss::custom_group("my lambdamart", lambdamart, {.products = 4}))
            << ", built in " << ndcg(loss::lambdarank({.truncation = 0})) << '\n';
}
