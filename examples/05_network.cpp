// 05 A network of two layers on handwritten digits: matrices, a loss and Adam.
//
//     build/check/examples/05_network        (from the project's folder; the data is in examples/data)
#include <iostream>
#include <linden/linden.hpp>

using namespace linden;

int main() {
  const Dataset digits = Dataset::from_csv("examples/data/digits.csv", {.label = "digit"});
  std::vector<Tensor> pixels;
  for (const Column& column : digits.columns()) pixels.push_back(column.values);
  const Tensor x = cast(stack(pixels, 1) / 16.0, DType::f32), y = cast(digits.label(), DType::i64);

  // Every fifth row is held out.
  const Tensor row = arange(x.size(0));
  const Tensor order = sort(cast(row - floor(row / 5) * 5 == 4, DType::i64)).indices;  // held-out rows come last
  const std::int64_t kept = x.size(0) - x.size(0) / 5;
  const Tensor train = order.slice(0, 0, kept), test = order.slice(0, kept, x.size(0));

  Generator random(7);
  Tensor w1 = random.normal({64, 256}, 0, 0.18, DType::f32).set_requires_grad();
  Tensor b1 = Tensor::zeros({256}, DType::f32).set_requires_grad();
  Tensor w2 = random.normal({256, 10}, 0, 0.09, DType::f32).set_requires_grad();
  Tensor b2 = Tensor::zeros({10}, DType::f32).set_requires_grad();
  const auto network = [&](const Tensor& image) { return matmul(relu(matmul(image, w1) + b1), w2) + b2; };

  optim::AdamW adam({w1, b1, w2, b2}, {.weight_decay = 0.3});
  const int epochs = 60;
  const std::int64_t batch = 64;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    adam.set_learning_rate(3e-3 * (1 - static_cast<double>(epoch) / epochs));
    const Tensor shuffled = take(train, 0, random.permutation(kept));
    for (std::int64_t start = 0; start < kept; start += batch) {
      const Tensor rows = shuffled.slice(0, start, std::min(start + batch, kept));
      const Tensor noise = random.normal({rows.size(0), 64}, 0, 0.15, DType::f32);  // no two epochs see one image
      const Tensor score = network(take(x, 0, rows) + noise);
      adam.clear_grad();
      backward(mean(logsumexp(score, 1) - gather(score, 1, take(y, 0, rows))));
      adam.step();
    }
  }

  const NoGrad no_grad;
  const Tensor right = argmax(network(take(x, 0, test)), 1) == take(y, 0, test);
  const double accuracy = mean(cast(right, DType::f64)).item();
  std::cout << "accuracy " << accuracy << " on " << test.elements() << " held-out digits\n";
  return accuracy >= 0.97 ? 0 : 1;
}
