// sgd_step and adam_step on the GPU against the CPU: every option, both dtypes, parameters of all sizes in one call.
#include <random>

#include "cuda/device.hpp"

namespace linden::cuda_test {
namespace {

class CudaStep : public DeviceTest {
 protected:
  template <class T>
  static std::vector<T> numbers(std::int64_t count, unsigned seed, double low) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform(low, 1.0);
    std::vector<T> values(static_cast<std::size_t>(count));
    for (T& value : values) value = static_cast<T>(uniform(random));
    if (count > 9) values[5] = T(0), values[7] = std::numeric_limits<T>::denorm_min(), values[9] = T(1e30);
    return values;
  }

  /// One step over parameters that lie one behind the other, so that some are not aligned.
  template <class T>
  void check(StepTask task, bool adam, const std::vector<std::int64_t>& sizes) {
    task.dtype = std::is_same_v<T, float> ? DType::f32 : DType::f64;
    std::int64_t total = 0;
    for (const std::int64_t size : sizes) total += size;
    std::vector<T> parameter = numbers<T>(total, 1, -1), first = numbers<T>(total, 2, -1),
                   second = numbers<T>(total, 3, 0);
    const std::vector<T> gradient = numbers<T>(total, 4, -1);
    const bool has_first = adam || task.momentum != 0;
    const DeviceArray<T> d_parameter = upload(parameter), d_gradient = upload(gradient), d_second = upload(second);
    // The first step with momentum writes the velocity without reading it.
    const bool reads_first = adam || (has_first && task.step > 1);
    const DeviceArray<T> d_first = reads_first ? upload(first) : room<T>(total);

    const auto run = [&](const Backend& backend, Context& where, T* p, const T* g, T* m, T* s) {
      std::vector<StepSegment> segments;
      std::int64_t begin = 0;
      for (const std::int64_t size : sizes) {
        segments.push_back({p + begin, g + begin, has_first ? m + begin : nullptr, adam ? s + begin : nullptr, size});
        begin += size;
      }
      task.segments = segments.data();
      task.count = static_cast<std::int32_t>(segments.size());
      (adam ? backend.tensor.adam_step : backend.tensor.sgd_step)(where, task);
    };
    run(cpu_backend(), cpu(), parameter.data(), gradient.data(), first.data(), second.data());
    run(device_backend(), context(), d_parameter.data(), d_gradient.data(), d_first.data(), d_second.data());
    EXPECT_TRUE(same_bytes(download(d_parameter), parameter));
    if (has_first) {
      EXPECT_TRUE(same_bytes(download(d_first), first));
    }
    EXPECT_TRUE(same_bytes(download(d_second), second));
  }

  void check(const StepTask& task, bool adam, const std::vector<std::int64_t>& sizes = {10, 1024, 0, 1, 3000, 6, 517}) {
    SCOPED_TRACE("decay " + std::to_string(task.weight_decay) + ", momentum " + std::to_string(task.momentum) +
                 ", step " + std::to_string(task.step));
    check<float>(task, adam, sizes);
    check<double>(task, adam, sizes);
  }
};

StepTask adam_task() {
  StepTask task;
  task.learning_rate = 0.02, task.beta1 = 0.9, task.beta2 = 0.999, task.epsilon = 1e-8;
  return task;
}

TEST_F(CudaStep, SgdIsTheCpusBytes) {
  StepTask task;
  task.learning_rate = 0.05;
  for (const double decay : {0.0, 0.01})
    for (const double momentum : {0.0, 0.9})
      for (const bool nesterov : {false, true})
        for (const std::int64_t step : {1, 7}) {
          task.weight_decay = decay, task.momentum = momentum, task.nesterov = nesterov, task.step = step;
          task.dampening = momentum != 0 && !nesterov ? 0.3 : 0.0;
          check(task, false);
        }
}

TEST_F(CudaStep, AdamIsTheCpusBytes) {
  StepTask task = adam_task();
  for (const double decay : {0.0, 0.01})
    for (const bool decoupled : {false, true})
      for (const std::int64_t step : {1, 100}) {
        task.weight_decay = decay, task.decoupled = decoupled, task.step = step;
        check(task, true);
      }
}

TEST_F(CudaStep, ManyParametersTakeSeveralLaunches) {
  std::vector<std::int64_t> sizes;
  for (std::int64_t i = 0; i < 150; ++i) sizes.push_back(i % 11);
  check(adam_task(), true, sizes);
  check(adam_task(), true, {});
  check(adam_task(), true, {0, 0});
}

}  // namespace
}  // namespace linden::cuda_test
