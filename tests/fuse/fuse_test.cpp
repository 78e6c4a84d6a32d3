// Fused functions against the same operations one by one: bytes, shapes, derivatives; and what is refused.
#include <linden/fuse.hpp>

#include <cstring>
#include <linden/threads.hpp>
#include <thread>

#include "fuse/functions.hpp"
#include "loss/trace/trace.hpp"
#include "ops/masked.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using fuse_test::arguments;
using fuse_test::Chain;
using fuse_test::chains;
using T = const Tensor&;

/// The same shape, dtype and bits; any NaN is like another.
void expect_same(const Tensor& found, const Tensor& wanted) {
  ASSERT_EQ(found.dtype(), wanted.dtype());
  ASSERT_EQ(found.shape(), wanted.shape()) << found.shape().text();
  const std::vector<double> a = values(found), b = values(wanted);
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_TRUE((std::isnan(a[i]) && std::isnan(b[i])) || std::memcmp(&a[i], &b[i], sizeof(double)) == 0)
        << "element " << i << " is " << a[i] << ", not " << b[i];
}

TEST(Fuse, GivesTheBytesOfTheOperations) {
  for (const Chain& c : chains()) {
    SCOPED_TRACE(c.name);
    for (const DType dtype : {DType::f32, DType::f64})
      for (const Shape& shape :
           {Shape{}, Shape{1}, Shape{7}, Shape{5, 3}, Shape{3, 0}, Shape{2, 3, 1000}, Shape{70000}}) {
        const std::vector<Tensor> xs = arguments(c.arguments, shape, dtype);
        expect_same(c.fused(xs), c.plain(xs));
      }
  }
}

TEST(Fuse, GivesThemOnAnyNumberOfThreads) {
  const Chain c = chains().back();
  const std::vector<Tensor> xs = arguments(c.arguments, {300, 101}, DType::f32);
  const Tensor wanted = c.plain(xs);
  for (const int threads : {1, 2, 7}) {
    const Threads scope(threads);
    expect_same(c.fused(xs), wanted);
  }
}

TEST(Fuse, BroadcastsAndFollowsStrides) {
  const auto plain = [](T x, T y, T z) { return exp(x) * y + where(z > 0.0, z, x); };
  const auto f = fuse(plain);
  const Tensor x = scattered({4, 6, 5}, 1);
  for (const Tensor& y : {scattered({5}, 2), scattered({6, 1}, 2), scattered({4, 1, 1}, 2), scattered({}, 2)})
    for (const Tensor& z : {scattered({4, 6, 5}, 3), scattered({6, 5}, 3), scattered({2, 1, 1, 1}, 3)}) {
      expect_same(f(x, y, z), plain(x, y, z));
      expect_same(f(strided(x), strided(y), strided(z)), plain(x, y, z));
    }
  const Tensor rows = scattered({1000, 3}, 1), row = scattered({3}, 2);  // short rows
  expect_same(f(rows, row, rows), plain(rows, row, rows));
}

TEST(Fuse, NumbersAndDtypesMeetAsInTheOperations) {
  const auto plain = [](T x, T y) { return (x * 2 + y) / 3 - 1.5; };
  const auto f = fuse(plain);
  const Tensor whole_numbers = cast(scattered({9}) * 10.0, DType::i32);
  for (const DType dtype : {DType::f32, DType::f64, DType::i32, DType::i64, DType::u8, DType::boolean}) {
    const Tensor x = cast(whole_numbers, dtype);
    expect_same(f(x, whole_numbers), plain(x, whole_numbers));
    expect_same(f(x, 0.25), plain(x, 0.25));
    expect_same(f(true, x), plain(true, x));
    expect_same(f(x, 3), plain(x, 3));
    expect_same(f(x, 4), plain(x, 4));  // another number, no other program
  }
  EXPECT_EQ(f(1.0, 2.0).item(), plain(1.0, 2.0).item());
  const auto masks = fuse([](T x, T y) { return logical_and(x > 0.0, logical_not(y == x)); });
  expect_same(masks(scattered({50}, 1), scattered({50}, 1)), Tensor::zeros({50}, DType::boolean));
}

TEST(Fuse, LeavesAnArgumentThatItDoesNotReadOutOfTheShape) {
  const auto f = fuse([](T x, T) { return x + 1.0; });
  expect_same(f(of({1, 2}), scattered({3, 4, 5})), of({2, 3}));
}

TEST(Fuse, HasTheGradientsOfTheOperationsToTheByte) {
  for (const Chain& c : chains()) {
    SCOPED_TRACE(c.name);
    for (const DType dtype : {DType::f32, DType::f64}) {
      const auto gradients = [&](const FunctionOfMany& f) {
        std::vector<Tensor> xs = arguments(c.arguments, {17}, dtype);
        for (Tensor& x : xs) x.set_requires_grad();
        const Tensor y = f(xs);
        return grad(y, xs, scattered({17}, 9));
      };
      const std::vector<Tensor> found = gradients(c.fused), wanted = gradients(c.plain);
      for (std::size_t i = 0; i < found.size(); ++i) expect_same(found[i], wanted[i]);
    }
  }
}

TEST(Fuse, HasDerivativesOfEveryOrder) {
  for (const Chain& c : chains()) {
    SCOPED_TRACE(c.name);
    expect_derivatives(c.fused, arguments(c.arguments, {2, 3}, DType::f64));
  }
  const auto cube = fuse([](T x) { return x * x * x; });
  Tensor x = of({2}).set_requires_grad();
  Tensor y = cube(x);
  for (const double wanted : {12., 12., 6.}) {
    y = grad(sum(y), {x}, {.create_graph = true})[0];
    EXPECT_EQ(values(y)[0], wanted);
  }
}

TEST(Fuse, DerivativesThatAreTooLongRunOneByOne) {
  const auto plain = [](const Tensor& x, const Tensor& y) {
    Tensor t = x;
    for (int i = 0; i < 20; ++i) t = sigmoid(t * y + x * 0.125) + tanh(y);
    return t;
  };
  const auto fused = fuse(plain);
  const auto gradients = [&](const auto& f) {
    const Tensor x = scattered({9}, 1).set_requires_grad(), y = scattered({9}, 2).set_requires_grad();
    std::vector<Tensor> all = grad(sum(f(x, y)), {x, y}, {.create_graph = true});
    all.push_back(grad(sum(all[0] + all[1]), {x})[0]);
    all.push_back(grad(sum(f(x, x)), {x})[0]);
    return all;
  };
  const std::vector<Tensor> found = gradients(fused), wanted = gradients(plain);
  for (std::size_t i = 0; i < found.size(); ++i) expect_near(found[i], values(wanted[i]), 1e-14);
}

TEST(Fuse, SumsGradientsOverWhatBroadcasts) {
  const auto f = fuse([](T x, T y, T z) { return sigmoid(x * y) + z / y; });
  expect_derivatives([&](const std::vector<Tensor>& xs) { return f(xs[0], xs[1], xs[2]); },
                     {scattered({4, 3}, 1), scattered({3}, 2), scattered({4, 1}, 3)});
}

TEST(Fuse, NothingComesThroughTheBranchNotTaken) {
  for (const Masked& m : masked_functions()) {
    SCOPED_TRACE(m.name);
    const auto f = fuse([&](T x) { return m.f(x); });
    const Function total = [&](T x) { return sum(f(x)); };
    expect_near(value_and_grad(total, of(m.at)).second, m.first, 1e-15);
    expect_near(hvp(total, of(m.at), Tensor::ones({2})), m.second, 1e-15);
  }
}

TEST(Fuse, KeepsToTheRulesOfTheTape) {
  const auto f = fuse([](T x, T y) { return x * y; });
  Tensor x = of({1, 2}).set_requires_grad();
  Tensor y = of({3, 4});
  EXPECT_FALSE(f(y, y).requires_grad());
  {
    const NoGrad off;
    EXPECT_FALSE(f(x, y).requires_grad());
  }
  const auto steps = fuse([](T t) { return floor(t); });
  EXPECT_FALSE(steps(x).requires_grad());  // no derivative but zero
  const Tensor z = f(x, y);
  y += 1.0;
  EXPECT_THROW(backward(sum(z)), GraphError);
  const Tensor both = sum(f(x, x));
  backward(both);
  expect_equal(x.grad(), {2, 4}, {2});
  EXPECT_THROW(backward(both), GraphError);
}

TEST(Fuse, WithinOneAnotherAndWithinLosses) {
  const auto inner = fuse([](T x) { return exp(-square(x)); });
  const auto plain = [](T x, T y) { return exp(-square(x)) * y + exp(-square(y)); };
  const auto outer = fuse([&](T x, T y) { return inner(x) * y + inner(y); });
  const Tensor x = scattered({10}, 1), y = scattered({10}, 2);
  expect_same(outer(x, y), plain(x, y));
  const auto squares = fuse([](T s, T label) { return square(label - s) * 0.5; });
  const Trace traced = trace("squares", [&](T s, T label, std::span<const Tensor>) { return squares(s, label); }, {});
  EXPECT_EQ(traced.obstacle, "");
  EXPECT_EQ(traced.program.instructions, 3);
}

TEST(Fuse, MayBeCalledByManyThreads) {
  const auto f = fuse([](T x) { return tanh(x) * 2.0; });
  const Tensor x = scattered({100}), wanted = tanh(x) * 2.0;
  std::vector<Tensor> found(4);
  std::vector<std::thread> threads;
  for (Tensor& t : found) threads.emplace_back([&] { t = f(x); });
  for (std::thread& t : threads) t.join();
  for (const Tensor& t : found) expect_same(t, wanted);
}

template <class F>
std::string refused(const F& f) {
  std::string text = refusal<ArgumentError>([&] { f(scattered({4})); });
  const std::string before = "fuse: the function does not run in one pass: ",
                    after = ". Hint: fuse the elementwise parts, and pass what else they read as arguments.";
  if (!text.starts_with(before) || !text.ends_with(after)) return text;
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

TEST(Fuse, RefusesWhatIsNotElementwise) {
  EXPECT_EQ(refused(fuse([](T x) { return x - mean(x); })), "\"sum\" is not elementwise");
  EXPECT_EQ(refused(fuse([](T x) { return sum(x); })), "\"sum\" is not elementwise");
  EXPECT_EQ(refused(fuse([](T x) { return x.unsqueeze(0); })), "\"unsqueeze\" is not elementwise");
  EXPECT_EQ(refused(fuse([](T x) { return cumulative_sum(x, 0); })), "\"cumulative_sum\" is not elementwise");
  EXPECT_EQ(refused(fuse([](T x) { return x * x.to_vector<double>()[0]; })),
            "what it does depends on the values of its arguments, or on their shape");
  EXPECT_EQ(refused(fuse([](T x) { return x * x.size(0); })),
            "what it does depends on the values of its arguments, or on their shape");
  EXPECT_EQ(refused(fuse([](T) { return Tensor(1.0); })), "what it gives does not depend on its arguments");
  EXPECT_EQ(refused(fuse([](T x) {
              return x + Tensor::ones({1, 1, 1});
            })),
            "\"add\" gives shape [1, 1, 3] for arguments of shape [3]");
  const Tensor w = scattered({3}), v = of({1}).set_requires_grad();
  EXPECT_EQ(refused(fuse([=](T x) { return x * w; })),
            "it reads a tensor of shape [3] that does not come from its arguments");
  EXPECT_EQ(refused(fuse([=](T x) { return x * v; })),
            "it reads a tensor that is on the tape already, which must be an argument");
  EXPECT_EQ(
      refused(fuse([](T x) { return x * scattered({5}); })),
      "on made-up arguments of shape [3] it throws \"mul: shapes [3], [5] do not broadcast: sizes 3 and 5 meet in "
      "dimension 0. Hint: sizes are aligned at the end and must be equal or 1; unsqueeze(dim) adds a 1.\"");
}

TEST(Fuse, RefusesMoreThanAProgramHasRoomFor) {
  EXPECT_EQ(refused(fuse([](T x) {
              Tensor y = x;
              for (int i = 0; i < 129; ++i) y = exp(y);
              return y;
            })),
            "it has more than 128 operations");
  EXPECT_EQ(refused(fuse([](T x) {
              Tensor y = x;
              for (int i = 0; i < 33; ++i) y = y + 0.5 * i;
              return y;
            })),
            "it has more than 32 constants");
  EXPECT_EQ(refused(fuse([](T x) {
              std::vector<Tensor> all{exp(x)};
              for (int i = 0; i < 33; ++i) all.push_back(log(all.back()));
              Tensor y = all.back();
              for (const Tensor& t : all) y = y + t;
              return y;
            })),
            "it has more than 32 values at a time");
}

TEST(Fuse, RefusesArgumentsThatDoNotGoTogether) {
  const auto f = fuse([](T x, T y) { return x * y; });
  EXPECT_EQ(
      refusal<ShapeError>([&] {
        f(scattered({2, 3}), scattered({4}));
      }),
      "fuse: shapes [2, 3], [4] do not broadcast: sizes 3 and 4 meet in dimension 1. Hint: sizes are aligned at the "
      "end and must be equal or 1; unsqueeze(dim) adds a 1.");
  const auto choice = fuse([](T x, T y) { return where(x, y, 0.0); });
  EXPECT_THROW(choice(scattered({2}), scattered({2})), DTypeError);
  EXPECT_EQ(refusal<ArgumentError>([] { fuse(std::function<Tensor(T)>()); }), "fuse: the function is empty.");
}

}  // namespace
}  // namespace linden
