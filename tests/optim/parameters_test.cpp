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

}  // namespace
}  // namespace linden::optim
