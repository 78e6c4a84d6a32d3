// Every function of tensors, derivatives, optimizers and files of tensors, while each allocation fails in turn.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/failing_allocations.hpp"

namespace linden {
namespace {

using Unary = Tensor (*)(const Tensor&);
using Binary = Tensor (*)(const Tensor&, const Tensor&);
struct NamedUnary {
  const char* name;
  Unary call;
};
struct NamedBinary {
  const char* name;
  Binary call;
};

constexpr NamedUnary unary[] = {{"-", operator- },
                                 {"abs", abs},
                                 {"sign", sign},
                                 {"floor", floor},
                                 {"ceil", ceil},
                                 {"round", round},
                                 {"trunc", trunc},
                                 {"square", square},
                                 {"relu", relu},
                                 {"reciprocal", reciprocal},
                                 {"sqrt", sqrt},
                                 {"exp", exp},
                                 {"expm1", expm1},
                                 {"log", log},
                                 {"log1p", log1p},
                                 {"sigmoid", sigmoid},
                                 {"softplus", softplus},
                                 {"log_sigmoid", log_sigmoid},
                                 {"tanh", tanh},
                                 {"erf", erf},
                                 {"lgamma", lgamma},
                                 {"digamma", digamma},
                                 {"logical_not", logical_not},
                                 {"is_nan", is_nan},
                                 {"cholesky", cholesky},
                                 {"diagonal", diagonal},
                                 {"tril", tril},
                                 {"triu", triu}};

constexpr NamedBinary binary[] = {
    {"+", operator+ },
     {"-", operator- },
      {"*", operator* },
       {"/", operator/ }, {"pow", pow}, {"maximum", maximum}, {"minimum", minimum}, {"polygamma", polygamma},
        {"==", operator== },
         {"!=", operator!= },
          {"<", operator<},
           {"<=", operator<= },
            {">", operator> },
             {">=", operator>= }, {"logical_and", logical_and}, {"logical_or", logical_or}, {"matmul", matmul}};

/// Positive definite, 6 x 6, on the tape or not.
Tensor matrix(bool on_tape = false) {
  const Tensor x = sigmoid(arange(36).reshape({6, 6}) * 0.37);
  return (matmul(x, x.transpose(0, 1)) + 2.0 * eye(6)).set_requires_grad(on_tape);
}

TEST(FailingAllocations, LeaveElementwiseOperationsAsErrors) {
  int failed = 0;
  for (const bool on_tape : {false, true}) {
    const Tensor a = matrix(on_tape), b = 1.5 + matrix().detach();
    for (const NamedUnary& op : unary) failed += fail_in_turn(op.name, [&] { return op.call(a); });
    for (const NamedBinary& op : binary) {
      const bool whole = std::string_view(op.name) == "polygamma";
      const Tensor left = whole ? Tensor::ones({6, 6}) : a;
      failed += fail_in_turn(op.name, [&] { return op.call(left, b); });
      if (op.call != matmul) failed += fail_in_turn(op.name, [&] { return op.call(b, 2.0); });
    }
    failed += fail_in_turn("clamp", [&] { return clamp(a, 0.2, b); });
    failed += fail_in_turn("where", [&] { return where(a > 0.5, a, b); });
    failed += fail_in_turn("cast", [&] { return cast(a, DType::f32); });
    failed += fail_in_turn("dot", [&] { return dot(a[0], b[1]); });
    failed += fail_in_turn("outer", [&] { return outer(a[0], b[1]); });
    failed += fail_in_turn("matmul", [&] { return matmul(a.reshape({2, 3, 6}), b.transpose(0, 1)); });
    failed += fail_in_turn("matmul", [&] { return matmul(a, b[0]); });
    failed += fail_in_turn("matmul", [&] { return matmul(a[0], b); });
    failed += fail_in_turn("solve_triangular", [&] { return solve_triangular(a, b, {.transpose = true}); });
    failed += fail_in_turn("cholesky_solve", [&] { return cholesky_solve(b, a); });
  }
  failed +=
      fail_in_turn("matmul", [x = cast(arange(90000), DType::f64).reshape({300, 300})] { return matmul(x, x)[7]; });
  failed += fail_in_turn("eye", [] { return eye(3); });
  EXPECT_GT(failed, 300);
}

TEST(FailingAllocations, LeaveReductionsAndIndexingAsErrors) {
  int failed = 0;
  const Tensor rows = Tensor::of({2, 0, 5, 5}), classes = Tensor::of({0, 2, 1});
  const Axes both{0, 1};
  for (const bool on_tape : {false, true}) {
    const Tensor x = matrix(on_tape);
    const auto reduction = [&](const char* name, Tensor (*op)(const Tensor&, const Axes&, bool)) {
      for (const bool keep_dims : {false, true}) {
        failed += fail_in_turn(name, [&] { return op(x, 0, keep_dims); });
        failed += fail_in_turn(name, [&] { return op(x, both, keep_dims); });
        failed += fail_in_turn(name, [&] { return op(x, {}, keep_dims); });
      }
    };
    reduction("sum", sum);
    reduction("product", product);
    reduction("mean", mean);
    reduction("max", max);
    reduction("min", min);
    reduction("logsumexp", logsumexp);
    failed += fail_in_turn("variance", [&] { return variance(x, 1); });
    failed += fail_in_turn("argmax", [&] { return argmax(x, 1); });
    failed += fail_in_turn("argmin", [&] { return argmin(x, -1, true); });
    failed += fail_in_turn("log_softmax", [&] { return log_softmax(x, 0); });
    failed += fail_in_turn("softmax", [&] { return softmax(x, 1); });
    failed += fail_in_turn("cumulative_sum", [&] { return cumulative_sum(x, 0); });
    failed += fail_in_turn("sort", [&] { return sort(x, 0, true); });
    failed += fail_in_turn("gather", [&] { return gather(x, 1, argmax(x, 1)); });
    failed += fail_in_turn("take", [&] { return take(x, 0, rows); });
    failed += fail_in_turn("scatter_add", [&] { return scatter_add(x[0], 0, rows, 1.5); });
    const std::vector<Tensor> two{x, x};
    failed += fail_in_turn("concatenate", [&] { return concatenate(two, 1); });
    failed += fail_in_turn("stack", [&] { return stack(two, 2); });
    failed += fail_in_turn("x.sum", [&] { return x.sum(0); });
    failed += fail_in_turn("x.product", [&] { return x.product(0); });
    failed += fail_in_turn("x.mean", [&] { return x.mean(0); });
    failed += fail_in_turn("x.variance", [&] { return x.variance(0); });
    failed += fail_in_turn("x.max", [&] { return x.max(0); });
    failed += fail_in_turn("x.min", [&] { return x.min(0); });
    failed += fail_in_turn("x.argmax", [&] { return x.argmax(0); });
    failed += fail_in_turn("x.argmin", [&] { return x.argmin(0); });
    failed += fail_in_turn("x.cast", [&] { return x.cast(DType::i32); });
  }
  failed += fail_in_turn("one_hot", [&] { return one_hot(classes, 3); });
  failed += fail_in_turn("arange", [] { return arange(9, DType::f32); });
  EXPECT_GT(failed, 300);
}

TEST(FailingAllocations, LeaveTensorsAsErrors) {
  int failed = 0;
  const std::vector<float> floats{1, 2, 3, 4};
  const std::vector<short> shorts{1, 2, 3, 4};
  const std::vector<bool> flags{true, false, true, false};
  const Shape square_shape{2, 2};
  failed += fail_in_turn("number", [] { return Tensor(2.5); });
  failed += fail_in_turn("number", [] { return Tensor(2); });
  failed += fail_in_turn("number", [] { return Tensor(true); });
  failed += fail_in_turn("empty", [] { return Tensor::empty({100}).shape().text(); });
  failed += fail_in_turn("zeros", [] { return Tensor::zeros(2, 3); });
  failed += fail_in_turn("ones", [] { return Tensor::ones({2, 3}, DType::u8); });
  failed += fail_in_turn("full", [] { return Tensor::full({2, 3}, 7, DType::i32); });
  failed += fail_in_turn("of", [] { return Tensor::of({1, 2, 3}); });
  failed += fail_in_turn("of", [] { return Tensor::of({{1.0, 2.0}, {3.0, 4.0}}); });
  failed += fail_in_turn("of", [] { return Tensor::of({{{1.0, 2.0}, {3.0, 4.0}}}); });
  failed += fail_in_turn("copy_of", [&] { return Tensor::copy_of(floats, square_shape); });
  failed += fail_in_turn("copy_of", [&] { return Tensor::copy_of(shorts); });
  failed += fail_in_turn("copy_of", [&] { return Tensor::copy_of(flags); });
  failed += fail_in_turn("view_of", [&] { return Tensor::view_of(floats, square_shape); });
  failed += fail_in_turn("view_of", [&] { return Tensor::view_of(floats, square_shape, {1, 2}); });
  failed += fail_in_turn("Shape::text", [&] { return Shape{1000000, 2000000, 3000000}.text(); });
  failed += fail_in_turn("row_major_strides", [&] { return row_major_strides(square_shape).text(); });
  for (const bool on_tape : {false, true}) {
    const Tensor x = matrix(on_tape);
    failed += fail_in_turn("[]", [&] { return x[1]; });
    failed += fail_in_turn("slice", [&] { return x.slice(0, 1, 5, 2); });
    failed += fail_in_turn("select", [&] { return x.select(1, -1); });
    failed += fail_in_turn("transpose", [&] { return x.transpose(0, 1); });
    failed += fail_in_turn("reshape", [&] { return x.transpose(0, 1).reshape({4, -1}); });
    failed += fail_in_turn("broadcast_to", [&] { return x.broadcast_to({2, 6, 6}); });
    failed += fail_in_turn("unsqueeze", [&] { return x.unsqueeze(0); });
    failed += fail_in_turn("squeeze", [&] { return x.slice(0, 0, 1).squeeze(0); });
    failed += fail_in_turn("contiguous", [&] { return x.transpose(0, 1).contiguous(); });
    failed += fail_in_turn("clone", [&] { return x.clone(); });
    failed += fail_in_turn("to", [&] { return x.to(Device::cpu()); });
    failed += fail_in_turn("detach", [&] { return x.detach(); });
    failed += fail_in_turn("item", [&] { return x[0][0].item(); });
    failed += fail_in_turn("to_vector", [&] { return x.to_vector<float>(); });
    failed += fail_in_turn("to_string", [&] { return to_string(x, 3); });
    failed += fail_in_turn("span", [&] {
      return x.span<const double>()[3] + x.at<double>({1, 1}) + *x.data<double>();
    });
  }
  failed += fail_in_turn("set_requires_grad", [] { return Tensor::zeros(3).set_requires_grad(); });
  Tensor x = matrix();
  const Tensor y = Tensor::full({6}, 1e-3), none = Tensor::zeros(6);
  failed += fail_in_turn("assign", [&] { assign(x[0], y); });
  failed += fail_in_turn("x[0] =", [&] { x[0] = 1.0; });
  failed += fail_in_turn("x[0] +=", [&] { x[0] += none; });
  failed += fail_in_turn("+=", [&] { x += 0.0; });
  failed += fail_in_turn("-=", [&] { x -= none; });
  failed += fail_in_turn("*=", [&] { x *= 1.0; });
  failed += fail_in_turn("/=", [&] { x /= 1; });
  failed += fail_in_turn("Generator", [] {
    Generator generator(7);
    return generator.uniform({3}, {-1, 1}) + generator.normal({3}, 1, 2) + generator.integers({3}, 0, 9) +
           generator.permutation(3) + generator.bernoulli({3}, 0.5);
  });
  failed += fail_in_turn("Threads", [&] {
    const Threads two(2);
    return x + x;
  });
  EXPECT_GT(failed, 80);
}

TEST(FailingAllocations, LeaveRefusalsAsErrors) {
  int failed = 0;
  const auto refused = [&](const char* name, const auto& call) {
    failed += fail_in_turn(name, [&] {
      try {
        call();
        return "accepted";
      } catch (const ArgumentError&) {
        return "refused";
      } catch (const GraphError&) {
        return "refused";
      }
    });
  };
  const Tensor x = matrix(), variable = matrix(true);
  const std::vector<Tensor> odd{x, x[0]};
  refused("broadcast", [&] { x + Tensor::zeros({7}); });
  refused("axis", [&] { sum(x, 2); });
  refused("size", [&] { x.size(2); });
  refused("at", [&] { x.at<double>({6, 6}); });
  refused("dtype", [&] { x.span<float>(); });
  refused("take", [&] { take(x, 0, Tensor::of({9})); });
  refused("reshape", [&] { x.reshape({5, -1}); });
  refused("stack", [&] { stack(odd); });
  refused("assign", [&] { assign(variable, x); });
  refused("grad", [&] { x.grad(); });
  refused("backward", [&] { backward(x); });
  refused("cholesky", [&] { cholesky(-x); });
  refused("view_of", [&] { Tensor::view_of(std::span<double>(), {3}); });
  EXPECT_GT(failed, 25);
}

TEST(FailingAllocations, LeaveDerivativesAsErrors) {
  int failed = 0;
  const Tensor x = matrix(), v = matrix() * 0.1;
  const std::vector<Tensor> xs{x};
  const Function f = [](const Tensor& t) {
    return sum(log_softmax(matmul(t, sigmoid(t)), 1) * cumulative_sum(t, 0)) + sum(product(t.slice(0, 0, 2), 0)) +
           sum(concatenate(list_of(max(t, 0), diagonal(t)))) + sum(sort(t, 0).values * logsumexp(t, 0)) +
           sum(solve_triangular(tril(t), t)) + sum(cholesky(t)) +
           sum(where(t > 0.5, maximum(t, 0.7), take(t, 0, Tensor::of({5, 4, 3, 2, 1, 0}))));
  };
  const Function vector = [](const Tensor& t) { return matmul(t, t[0]); };
  const FunctionOfMany many = [&](const std::vector<Tensor>& all) { return f(all[0]); };
  failed += fail_in_turn("backward", [&] {
    const Tensor at = x.clone().set_requires_grad();
    backward(f(at));
    return at.grad();
  });
  failed += fail_in_turn("backward", [&] {
    const Tensor at = x.clone().set_requires_grad();
    backward(vector(at), v[0], {.retain_graph = true});
    return at.grad();
  });
  const Tensor at = x.clone().set_requires_grad(), y = f(at), z = vector(at);
  const std::vector<Tensor> ats{at};
  failed += fail_in_turn("grad", [&] { return grad(y, ats, {.retain_graph = true}); });
  failed += fail_in_turn("grad", [&] { return grad(z, ats, v[0], {.create_graph = true}); });
  failed += fail_in_turn("value_and_grad", [&] { return value_and_grad(f, x); });
  failed += fail_in_turn("value_and_grad", [&] { return value_and_grad(many, xs); });
  failed += fail_in_turn("vjp", [&] { return vjp(vector, x, v[0]); });
  failed += fail_in_turn("jvp", [&] { return jvp(vector, x, v); });
  failed += fail_in_turn("hvp", [&] { return hvp(f, x, v); });
  failed += fail_in_turn("check_gradients", [&] {
    return check_gradients([](const std::vector<Tensor>& all) { return sum(square(all[0])); }, xs, {.order = 2});
  });
  failed += fail_in_turn("NoGrad", [&] {
    const NoGrad off;
    return at * 2.0;
  });
  EXPECT_GT(failed, 300);
}

/// Makes an optimizer, takes two steps, carries its state over to another one, and takes a third.
template <class Optimizer, class Options>
Tensor three_steps(const Options& options) {
  const auto loss = [](const Tensor& w) { return sum(square(w - 1.0)); };
  Tensor w = Tensor::zeros(5).set_requires_grad();
  Optimizer first(list_of(w), options), second(list_of(w), options);
  const auto step = [&](Optimizer& optimizer) {
    if constexpr (std::is_same_v<Optimizer, optim::Lbfgs>) {
      optimizer.step([&] { return loss(w); });
    } else {
      optimizer.clear_grad();
      backward(loss(w));
      optimizer.step();
    }
  };
  step(first);
  first.set_learning_rate(0.02);
  step(first);
  second.set_state(first.state());
  step(second);
  return w;
}

TEST(FailingAllocations, LeaveOptimizersAsErrors) {
  int failed = 0;
  failed += fail_in_turn("Sgd", [] { return three_steps<optim::Sgd>(optim::SgdOptions{.momentum = 0.9}); });
  failed += fail_in_turn("Adam", [] { return three_steps<optim::Adam>(optim::AdamOptions{}); });
  failed += fail_in_turn("AdamW", [] { return three_steps<optim::AdamW>(optim::AdamWOptions{}); });
  failed += fail_in_turn("Lbfgs", [] { return three_steps<optim::Lbfgs>(optim::LbfgsOptions{.max_iterations = 3}); });
  EXPECT_GT(failed, 150);
}

TEST(FailingAllocations, LeaveTensorFilesAsErrors) {
  int failed = 0;
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("linden_allocation_{}", ::getpid());
  std::filesystem::create_directory(folder);
  const Tensor x = matrix();
  const std::vector<NamedTensor> both{{"a tensor with a long name", x}, {"b", x[0]}};
  const std::filesystem::path one = folder / "x.npy";
  failed += fail_in_turn("save_tensor", [&] { save_tensor(one, x); });
  failed += fail_in_turn("load_tensor", [&] { return load_tensor(one); });
  for (const std::filesystem::path& path : {folder / "x.npz", folder / "x.safetensors"}) {
    failed += fail_in_turn("save_tensors", [&] { save_tensors(path, both); });
    failed += fail_in_turn("load_tensors", [&] { return load_tensors(path); });
  }
  failed += fail_in_turn("tensor_named", [&] { return tensor_named(both, "b"); });
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 3) << "strays";
  std::filesystem::remove_all(folder);
  EXPECT_GT(failed, 100);
}

}  // namespace
}  // namespace linden
