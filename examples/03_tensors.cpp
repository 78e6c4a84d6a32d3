// 03 Tensors and derivatives: a function, its gradient, its Hessian times a vector, and an optimizer that uses them.
//
//     build/check/examples/03_tensors
#include <iostream>
#include <linden/linden.hpp>

using namespace linden;

// Rosenbrock's valley: its minimum, 0, lies at (1, 1).
Tensor rosenbrock(const Tensor& x) {
  const Tensor a = x.select(0, 0), b = x.select(0, 1);
  return square(1 - a) + 100 * square(b - square(a));
}

int main() {
  const Tensor start = stack({Tensor(-1.2), Tensor(1.0)});

  // Derivatives of a function, without touching its argument.
  const auto [value, gradient] = value_and_grad(rosenbrock, start);
  const Tensor curved = hvp(rosenbrock, start, gradient);
  std::cout << "value              " << to_string(value) << '\n'
            << "gradient           " << to_string(gradient) << '\n'
            << "Hessian * gradient " << to_string(curved) << '\n';

  // The library checks derivatives to second order against differences.
  const auto check = check_gradients([](const std::vector<Tensor>& x) { return rosenbrock(x[0]); }, {start});
  std::cout << "derivatives        " << (check.passed ? "agree with differences" : check.message) << '\n';

  // Or put a variable on the tape and let an optimizer change it in place.
  Tensor x = start.clone().set_requires_grad();
  optim::Lbfgs lbfgs({x});
  for (int i = 0; i < 4; ++i) lbfgs.step([&] { return rosenbrock(x); });
  std::cout << "minimum            " << to_string(x.detach()) << '\n';
}
