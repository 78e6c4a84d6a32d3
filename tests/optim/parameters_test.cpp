// What every optimizer refuses as a parameter.
#include <gtest/gtest.h>

#include <linden/autograd.hpp>
#include <linden/error.hpp>
#include <linden/ops.hpp>
#include <linden/optim.hpp>

#include "refusal.hpp"

namespace linden::optim {
namespace {

Tensor variable(const Shape& shape, DType dtype = DType::f64) {
  return Tensor::zeros(shape, dtype).set_requires_grad();
}

TEST(Parameters, AreAtLeastOne) {
  EXPECT_EQ(refusal<ArgumentError>([] { Sgd({}); }), "Sgd: there are no parameters.");
  EXPECT_EQ(refusal<ArgumentError>([] { Adam({}); }), "Adam: there are no parameters.");
  EXPECT_EQ(refusal<ArgumentError>([] { AdamW({}); }), "AdamW: there are no parameters.");
  EXPECT_EQ(refusal<ArgumentError>([] { Lbfgs({}); }), "Lbfgs: there are no parameters.");
}

TEST(Parameters, AreVariables) {
  const Tensor x = variable({3});
  EXPECT_EQ(refusal<GraphError>([&] {
              Sgd({x, Tensor::zeros({2, 3})});
            }),
            "Sgd: parameter 1 of shape [2, 3] is no variable. Hint: set_requires_grad() before it is passed.");
  EXPECT_EQ(refusal<GraphError>([&] { Adam({exp(x)}); }),
            "Adam: parameter 0 of shape [3] is a result on the tape (of \"exp\"), no variable. Hint: detach() takes it "
            "off, then set_requires_grad().");
}

TEST(Parameters, AreContiguous) {
  Tensor column = Tensor::zeros({4, 5}).select(1, 2);
  column.set_requires_grad();
  EXPECT_EQ(refusal<ArgumentError>([&] { Sgd({column}); }),
            "Sgd: parameter 0 of shape [4] with strides [5] is not contiguous. Hint: call contiguous() before "
            "set_requires_grad().");
}

TEST(Parameters, AreOfOneDType) {
  EXPECT_EQ(refusal<DTypeError>([] {
              Lbfgs({variable({3}), variable({2}), variable({3}, DType::f32)});
            }),
            "Lbfgs: parameter 2 is f32, parameter 0 f64. Hint: an optimizer for each dtype.");
}

TEST(Parameters, DoNotShareMemory) {
  const Tensor x = variable({3}), y = variable({3});
  EXPECT_EQ(refusal<ArgumentError>([&] {
              Sgd({x, y, x});
            }),
            "Sgd: parameters 0 and 2 share memory. Hint: pass each once.");
  const Tensor whole = Tensor::zeros({10});
  Tensor a = whole.slice(0, 0, 5), b = whole.slice(0, 4, 10), c = whole.slice(0, 5, 10);
  a.set_requires_grad();
  b.set_requires_grad();
  c.set_requires_grad();
  EXPECT_EQ(refusal<ArgumentError>([&] {
              Sgd({b, a});
            }),
            "Sgd: parameters 0 and 1 share memory. Hint: pass each once.");
  EXPECT_NO_THROW(Sgd({c, a}));
}

TEST(Parameters, LoseTheirGradientsTogether) {
  const Tensor x = variable({3}), y = variable({2});
  const Sgd sgd({x, y});
  backward(sum(x) + sum(y));
  EXPECT_TRUE(x.has_grad() && y.has_grad());
  sgd.clear_grad();
  EXPECT_FALSE(x.has_grad() || y.has_grad());
}

TEST(Parameters, AreNotConst) {
  const std::vector<double> fixed{1, 2};
  Tensor x = Tensor::view_of(fixed, {2});
  x.set_requires_grad();
  EXPECT_EQ(refusal<ArgumentError>([&] { Adam({x}); }),
            "Adam: parameter 0 of shape [2] is a view of const memory. Hint: pass a clone().");
}

/// After a step, every call on what was moved from is refused, and the state goes with the other.
template <class Optimizer, class Step>
void expect_moves(const std::string& name, Optimizer a, const Step& step) {
  step(a);
  const auto state = a.state();
  Optimizer b = std::move(a);
  const auto refused = [&](const std::string& call) {
    return name + "::" + call + ": this optimizer was moved from. Hint: use the one that it went to.";
  };
  EXPECT_EQ(refusal<ArgumentError>([&] { step(a); }), refused("step"));  // NOLINT: of what was moved from
  EXPECT_EQ(refusal<ArgumentError>([&] { a.state(); }), refused("state"));
  EXPECT_EQ(refusal<ArgumentError>([&] { a.set_state(state); }), refused("set_state"));
  EXPECT_EQ(refusal<ArgumentError>([&] { a.set_learning_rate(0.5); }), refused("set_learning_rate"));
  EXPECT_EQ(refusal<ArgumentError>([&] { a.clear_grad(); }), refused("clear_grad"));
  EXPECT_TRUE(a.parameters().empty());
  EXPECT_EQ(b.state().size(), state.size());
  step(b);
  a = std::move(b);
  step(a);
}

TEST(Parameters, GoWithAnOptimizerThatIsMoved) {
  const Tensor w = Tensor::ones({3}).set_requires_grad();
  const auto step = [&](auto& optimizer) {
    w.clear_grad();
    backward(sum(w * w));
    optimizer.step();
  };
  expect_moves("Sgd", Sgd({w}), step);
  expect_moves("Sgd", Sgd({w}, {.momentum = 0.5}), step);
  expect_moves("Adam", Adam({w}), step);
  expect_moves("AdamW", AdamW({w}), step);
  expect_moves("Lbfgs", Lbfgs({w}), [&](Lbfgs& lbfgs) { lbfgs.step([&] { return sum(exp(w) - w); }); });
}

}  // namespace
}  // namespace linden::optim
