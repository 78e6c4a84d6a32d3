// Products of the Hessian of linear models with a direction, on the device against the CPU's.
#include "cuda/linear/design.hpp"

namespace linden::cuda_test {
namespace {

/// Second derivatives, or shares that add up to 1; not finite in a row of weight 0.
std::vector<double> some_curvatures(std::int64_t rows, std::int32_t outputs, bool softmax, bool weighted) {
  std::vector<double> curvatures = normal_numbers(rows * outputs, 9);
  for (double& x : curvatures) x = std::exp(x);
  for (std::int64_t i = 0; softmax && i < rows; ++i) {
    double sum = 0;
    for (std::int32_t k = 0; k < outputs; ++k) sum += curvatures[k * rows + i];
    for (std::int32_t k = 0; k < outputs; ++k) curvatures[k * rows + i] /= sum;
  }
  if (weighted && rows > 7) curvatures[7] = std::numeric_limits<double>::infinity();
  return curvatures;
}

class CudaHessianProduct : public LinearOnDevice {
 protected:
  template <class T>
  void compare_as(const DesignShape& shape, std::int32_t outputs, bool softmax) {
    const DesignData<T> data(shape);
    const std::int64_t count = outputs * (shape.columns + 1);
    const std::vector<double> curvatures = some_curvatures(shape.rows, outputs, softmax, shape.weighted);
    const std::vector<double> direction = normal_numbers(count, 6);
    const DesignOn host = on_cpu(data), device = on_device(data);
    std::vector<double> wanted(static_cast<std::size_t>(count));
    cpu_backend().linear.hessian_product(cpu(), {host.view, host.weights, softmax, outputs, curvatures.data(),
                                                 direction.data(), wanted.data(), scratch(host, outputs)});
    const auto found = room<double>(count);
    const double *curvatures_on = keep(curvatures), *direction_on = keep(direction);
    device_backend().linear.hessian_product(
        context(), {device.view, device.weights, softmax, outputs, curvatures_on, direction_on, found.data(), nullptr});
    const std::vector<double> whole = download(found);
    in_parts(data, device.view, outputs, false, [&](const DesignView& part, void* kept) {
      device_backend().linear.hessian_product(
          context(), {part, device.weights, softmax, outputs, curvatures_on, direction_on, found.data(), kept});
    });
    EXPECT_TRUE(same_bytes(download(found), whole));
    expect_near(whole, wanted, shape.text() + ", outputs " + std::to_string(outputs) + (softmax ? " of softmax" : ""));
  }
  void compare(DesignShape shape, std::int32_t outputs, bool softmax) {
    compare_as<double>(shape, outputs, softmax);
    shape.f32 = true;
    compare_as<float>(shape, outputs, softmax);
  }
};

TEST_F(CudaHessianProduct, OfDenseRows) {
  for (const std::int32_t columns : {0, 5, 31, 130}) compare({.rows = 257, .columns = columns}, 1, false);
  compare({.rows = 1, .columns = 5, .weighted = false}, 1, false);
  compare({.rows = 1000, .columns = 65, .intercept = false}, 1, false);
}

TEST_F(CudaHessianProduct, OfManyOutputs) {
  compare({.rows = 257, .columns = 5}, 3, true);
  compare({.rows = 100, .columns = 33}, 6, true);
  compare({.rows = 50, .columns = 3}, 70, true);
  compare({.rows = 100, .columns = 7}, 3, false);
}

TEST_F(CudaHessianProduct, OfSparseRows) {
  compare({.rows = 600, .columns = 12, .sparse = true}, 1, false);
  compare({.rows = 100, .columns = 150, .sparse = true, .weighted = false}, 1, false);
  compare({.rows = 100, .columns = 20, .sparse = true, .intercept = false}, 3, true);
}

}  // namespace
}  // namespace linden::cuda_test
