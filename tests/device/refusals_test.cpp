// What tensors on a GPU are refused, and the cure that the message has.
#include <gtest/gtest.h>

#include <linden/autograd.hpp>
#include <linden/data.hpp>
#include <linden/error.hpp>
#include <linden/linalg.hpp>
#include <linden/ops.hpp>
#include <linden/optim.hpp>

#include "device/gpu.hpp"
#include "ops/tensors.hpp"
#include "refusal.hpp"

namespace linden::device_test {
namespace {

class RefusalsOnGpu : public OnGpu {};

TEST_F(RefusalsOnGpu, TheHostDoesNotReadTheMemoryOfAGpu) {
  const Tensor there = Tensor::zeros({2, 2}, DType::f64, gpu());
  const std::string message = "Tensor: its memory is on cuda:0, not the host's. Hint: to(Device::cpu()).";
  EXPECT_EQ(refusal<DeviceError>([&] { there.data<double>(); }), message);
  EXPECT_EQ(refusal<DeviceError>([&] { there.span<double>(); }), message);
  EXPECT_EQ(refusal<DeviceError>([&] { there.at<double>({0, 0}); }), message);
}

TEST_F(RefusalsOnGpu, OperandsMustShareADevice) {
  const Tensor here = Tensor::ones({2, 2}), there = here.to(gpu());
  const auto hint = [](const char* op) {
    return std::string(op) + ": operands on cpu and cuda:0. Hint: x.to(Device::cuda(0)).";
  };
  EXPECT_EQ(refusal<DeviceError>([&] { here + there; }), hint("add"));
  EXPECT_EQ(refusal<DeviceError>([&] { there* here; }),
            "mul: operands on cuda:0 and cpu. Hint: x.to(Device::cuda(0)).");
  EXPECT_EQ(refusal<DeviceError>([&] { (void)(here < there); }), hint("less"));
  EXPECT_EQ(refusal<DeviceError>([&] { where(here > 0, there, 0); }), hint("where"));
  EXPECT_EQ(refusal<DeviceError>([&] { where(here > 0, 0, there); }), hint("where"));
  EXPECT_EQ(refusal<DeviceError>([&] { matmul(here, there); }), hint("matmul"));
  EXPECT_EQ(refusal<DeviceError>([&] { outer(here.select(0, 0), there.select(0, 0)); }), hint("outer"));
  EXPECT_EQ(refusal<DeviceError>([&] { solve_triangular(here, there); }), hint("solve_triangular"));
  EXPECT_EQ(refusal<DeviceError>([&] { gather(here, 0, arange(2, DType::i64, gpu())); }), hint("gather"));
  EXPECT_EQ(refusal<DeviceError>([&] { take(here, 0, arange(2, DType::i64, gpu())); }), hint("take"));
  EXPECT_EQ(refusal<DeviceError>([&] {
              scatter_add(here, 0, whole({0, 0}), there.select(0, 0));
            }),
            hint("scatter_add"));
  EXPECT_EQ(refusal<DeviceError>([&] { concatenate({here, there}); }), hint("concatenate"));
  EXPECT_EQ(refusal<DeviceError>([&] { stack({here, there}); }), hint("stack"));
}

TEST_F(RefusalsOnGpu, ATargetAndItsValuesMustShareADevice) {
  Tensor here = Tensor::ones({2}), there = here.to(gpu());
  EXPECT_EQ(refusal<DeviceError>([&] { assign(here, there); }),
            "assign: the target is on cpu and the values on cuda:0. Hint: values.to(target.device()).");
  EXPECT_EQ(refusal<DeviceError>([&] { there += here; }),
            "operator+=: the target is on cuda:0 and the values on cpu. Hint: values.to(target.device()).");
}

TEST_F(RefusalsOnGpu, AGradientMustComeFromTheSameDevice) {
  const Tensor x = Tensor::ones({2}, DType::f64, gpu()).set_requires_grad();
  EXPECT_EQ(refusal<DeviceError>([&] { backward(x * 2, Tensor::ones({2})); }),
            "backward: the gradient is on cpu, the result on cuda:0. Hint: gradient.to(y.device()).");
  EXPECT_EQ(refusal<DeviceError>([&] { grad(x * 2, {x}, Tensor::ones({2})); }),
            "grad: the gradient is on cpu, the result on cuda:0. Hint: gradient.to(y.device()).");
}

TEST_F(RefusalsOnGpu, WrongIndicesAreNamed) {
  const Tensor x = Tensor::ones({3, 4}, DType::f64, gpu()), index = whole({0, 2, 5}).to(gpu());
  EXPECT_EQ(refusal<ArgumentError>([&] { take(x, 0, index); }),
            "take: index 5 at position [2] is out of range for dimension 0 of size 3.");
  EXPECT_EQ(refusal<ArgumentError>([&] { one_hot(index, 3); }),
            "one_hot: class 5 at position [2] is not one of 0, 1, ... 2.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              solve_triangular(Tensor::zeros({2, 2}, DType::f64, gpu()), x.slice(0, 0, 2));
            }),
            "solve_triangular: element [0, 0] of t is 0, so that there is no solution.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              cholesky(eye(3, DType::f64, gpu()) * of({1, 1, -1}).to(gpu()));
            }),
            "cholesky: a matrix of shape [3, 3] is not positive definite: pivot 2 is not positive. Hint: add a small "
            "multiple of eye(3), or look for columns that depend on each other.");
}

TEST_F(RefusalsOnGpu, DatasetsAreMadeFromTheHost) {
  const Tensor values = Tensor::ones({2, 3}), label = Tensor::ones({2});
  const auto message = [](const std::string& what) {
    return "Dataset: " + what + " on cuda:0, but a dataset is made from memory of the host. Hint: to(Device::cpu()).";
  };
  EXPECT_EQ(refusal<DeviceError>([&] { Dataset::from_tensors(values.to(gpu())); }), message("features are"));
  EXPECT_EQ(refusal<DeviceError>([&] {
              Dataset::from_named({{"a", label.to(gpu())}}, label);
            }),
            message("features are"));
  EXPECT_EQ(refusal<DeviceError>([&] {
              Dataset::from_named({{"a", label}}, label.to(gpu()));
            }),
            message("the label is"));
  EXPECT_EQ(refusal<DeviceError>([&] {
              Dataset::from_named({{"a", label}}, label, label.to(gpu()));
            }),
            message("the weight is"));
  EXPECT_EQ(refusal<DeviceError>([&] {
              Dataset::from_sparse(whole({0, 1}), cast(whole({0}), DType::i32), Tensor::ones({1}).to(gpu()), 1);
            }),
            message("sparse features are"));
}

TEST_F(RefusalsOnGpu, ParametersMustShareADevice) {
  const Tensor here = Tensor::ones({2}).set_requires_grad();
  const Tensor there = Tensor::ones({2}, DType::f64, gpu()).set_requires_grad();
  EXPECT_EQ(refusal<DeviceError>([&] {
              optim::Sgd({here, there});
            }),
            "Sgd: parameter 1 is on cuda:0, parameter 0 on cpu. Hint: an optimizer for each device.");
}

}  // namespace
}  // namespace linden::device_test
