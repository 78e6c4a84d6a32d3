// Hessians of linear models on the device against the CPU's: the lower half, with diagonal and coupling.
#include "cuda/linear/design.hpp"

namespace linden::cuda_test {
namespace {

class CudaHessian : public LinearOnDevice {
 protected:
  template <class T>
  void compare_as(const DesignShape& shape, std::int32_t outputs = 1, bool softmax = false) {
    const DesignData<T> data(shape);
    const std::int64_t width = shape.columns + 1, size = outputs * width;
    std::vector<double> curvatures = normal_numbers(outputs * shape.rows, 9, 0.5);
    for (double& x : curvatures) x = 0.1 + std::abs(x);
    if (shape.weighted && shape.rows > 7) curvatures[7] = std::numeric_limits<double>::quiet_NaN();  // has weight 0
    const std::vector<double> diagonal = normal_numbers(size, 3), coupling = normal_numbers(width, 4);
    const DesignOn host = on_cpu(data), device = on_device(data);
    HessianTask task{host.view, host.weights, softmax, outputs, curvatures.data(), diagonal.data()};
    if (softmax) task.coupling = coupling.data();
    std::vector<double> wanted(static_cast<std::size_t>(size * size));
    task.out = wanted.data();
    task.scratch = scratch(host, outputs, true);
    cpu_backend().linear.hessian(cpu(), task);

    const auto found = room<double>(size * size);
    task.design = device.view;
    task.weights = device.weights;
    task.curvatures = keep(curvatures);
    task.diagonal = keep(diagonal);
    task.coupling = softmax ? keep(coupling) : nullptr;
    task.out = found.data();
    task.scratch = nullptr;
    device_backend().linear.hessian(context(), task);
    const std::vector<double> whole = lower_half(download(found), size);
    in_parts(data, device.view, outputs, true, [&](const DesignView& part, void* kept) {
      task.design = part;
      task.scratch = kept;
      device_backend().linear.hessian(context(), task);
    });
    EXPECT_TRUE(same_bytes(lower_half(download(found), size), whole));
    expect_near(whole, lower_half(wanted, size), shape.text() + ", outputs " + std::to_string(outputs));
  }
  void compare(DesignShape shape, std::int32_t outputs = 1, bool softmax = false) {
    compare_as<double>(shape, outputs, softmax);
    shape.f32 = true;
    compare_as<float>(shape, outputs, softmax);
  }

 private:
  static std::vector<double> lower_half(const std::vector<double>& matrix, std::int64_t size) {
    std::vector<double> lower;
    for (std::int64_t i = 0; i < size; ++i)
      lower.insert(lower.end(), matrix.begin() + i * size, matrix.begin() + i * size + i + 1);
    return lower;
  }
};

TEST_F(CudaHessian, OfOneOutput) {
  for (const std::int32_t columns : {0, 1, 5, 31, 32, 64}) compare({.rows = 257, .columns = columns});
  compare({.rows = 1, .columns = 5, .weighted = false});
  compare({.rows = 255, .columns = 9, .intercept = false});
}

// Shares of rows, on their own in the sum and in strands.
TEST_F(CudaHessian, OfManyRows) {
  compare({.rows = 600, .columns = 3});
  compare({.rows = 3000, .columns = 4});
}

TEST_F(CudaHessian, OfTilesOf64Columns) {
  compare({.rows = 100, .columns = 96});
  compare_as<double>({.rows = 70, .columns = 130});
  compare_as<float>({.rows = 530, .columns = 127});
}

TEST_F(CudaHessian, OfSeveralOutputs) {
  compare({.rows = 100, .columns = 4}, 3, true);
  compare({.rows = 65, .columns = 40}, 3, true);
  compare({.rows = 40, .columns = 4}, 2, false);
}

}  // namespace
}  // namespace linden::cuda_test
