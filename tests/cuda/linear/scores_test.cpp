// Scores of linear models on the device against the CPU's.
#include "cuda/linear/design.hpp"

namespace linden::cuda_test {
namespace {

class CudaLinearScores : public LinearOnDevice {
 protected:
  template <class T>
  void compare_as(const DesignShape& shape, std::int32_t outputs) {
    const DesignData<T> data(shape);
    const std::int64_t width = shape.columns + 1;
    std::vector<double> parameters = normal_numbers(outputs * width, 5);
    for (std::size_t i = 0; i < parameters.size(); i += 4) parameters[i] = 0;  // as a penalty leaves them
    const DesignOn host = on_cpu(data), device = on_device(data);
    std::vector<double> wanted(static_cast<std::size_t>(outputs * shape.rows));
    cpu_backend().linear.scores(cpu(), {host.view, outputs, parameters.data(), wanted.data(), scratch(host, outputs)});
    const auto found = room<double>(outputs * shape.rows);
    const double* const on_gpu = keep(parameters);
    device_backend().linear.scores(context(), {device.view, outputs, on_gpu, found.data(), nullptr});
    const std::vector<double> whole = download(found);
    in_parts(data, device.view, outputs, false, [&](const DesignView& part, void* kept) {
      device_backend().linear.scores(context(), {part, outputs, on_gpu, found.data(), kept});
    });
    EXPECT_TRUE(same_bytes(download(found), whole));
    expect_near(whole, wanted, shape.text() + ", outputs " + std::to_string(outputs));
  }
  void compare(DesignShape shape, std::int32_t outputs) {
    compare_as<double>(shape, outputs);
    shape.f32 = true;
    compare_as<float>(shape, outputs);
  }
};

TEST_F(CudaLinearScores, OfDenseRows) {
  for (const std::int32_t columns : {1, 5, 31, 64, 130})
    for (const std::int64_t rows : {1, 255, 257}) compare({.rows = rows, .columns = columns}, 1);
  compare({.rows = 200, .columns = 0}, 1);
  compare({.rows = 200, .columns = 9, .intercept = false}, 1);
}

// More columns than a block has threads, more outputs than one launch has.
TEST_F(CudaLinearScores, OfManyColumnsAndOutputs) {
  compare({.rows = 40, .columns = 600}, 1);
  compare({.rows = 40, .columns = 300}, 6);
  compare({.rows = 100, .columns = 3}, 3);
  compare({.rows = 33, .columns = 2}, 70);
}

// Tiles of 256 rows, and blocks with several of them.
TEST_F(CudaLinearScores, OfManyRows) {
  compare({.rows = 40000, .columns = 2}, 1);
  compare_as<double>({.rows = 110000, .columns = 1}, 1);
}

TEST_F(CudaLinearScores, OfSparseRows) {
  for (const std::int32_t columns : {1, 40, 150}) compare({.rows = 120, .columns = columns, .sparse = true}, 1);
  compare({.rows = 50, .columns = 20, .sparse = true, .intercept = false}, 1);
  compare({.rows = 60, .columns = 30, .sparse = true}, 6);
}

}  // namespace
}  // namespace linden::cuda_test
