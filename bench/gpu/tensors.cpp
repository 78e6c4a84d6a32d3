// linden_gpu_tensors: elementwise operations, reductions, products and a logistic Adam step on a GPU through the public
// interface. bench/gpu/torch_gpu.py runs the same cases by the same names with PyTorch, report.py puts them side by
// side.
//
// A turn repeats a case for about 10 ms and ends with one synchronisation (a copy of one element to the host); figures
// are medians over turns. `bytes` are those of the operands and results, each once.
#include <cstdio>
#include <fstream>
#include <functional>
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "arguments.hpp"
#include "stopwatch.hpp"

namespace {

using namespace linden;
using nlohmann::ordered_json;

class Cases {
 public:
  Cases(Device device, int turns) : turns_(turns), one_(Tensor::zeros({1}, DType::f32).to(device)) {}

  void run(const std::string& name, double bytes, double operations, const std::function<void()>& work) {
    work();
    int times = 1;
    while (seconds(work, times) < 0.003 && times < 10000) times *= 2;
    times = times * 3;
    std::vector<double> all;
    for (int turn = 0; turn < turns_; ++turn) all.push_back(seconds(work, times) / times);
    const double taken = bench::median(std::move(all));
    ordered_json result{{"case", name}, {"ms", taken * 1e3}, {"bytes", bytes}, {"gb_s", bytes / taken * 1e-9}};
    if (operations > 0) result["gflop_s"] = operations / taken * 1e-9;
    std::printf("%-36s %10.4f ms %8.0f GB/s %8.0f GFLOP/s\n", name.c_str(), taken * 1e3, bytes / taken * 1e-9,
                operations / taken * 1e-9);
    results_.push_back(std::move(result));
  }

  const ordered_json& results() const { return results_; }

 private:
  double seconds(const std::function<void()>& work, int times) {
    one_.to(Device::cpu());
    const auto start = bench::Clock::now();
    for (int i = 0; i < times; ++i) work();
    one_.to(Device::cpu());
    return bench::seconds_since(start);
  }

  int turns_;
  Tensor one_;
  ordered_json results_ = ordered_json::array();
};

std::string named(const char* what, DType dtype, const std::string& size) {
  return std::string(what) + " " + name_of(dtype) + " " + size;
}
double size_of_element(DType dtype) { return dtype == DType::f32 ? 4 : 8; }

// Numbers in (0.1, 2.1).
Tensor numbers(const Shape& shape, std::uint64_t seed, DType dtype, Device device) {
  return Generator(seed).uniform(shape, {0.1, 2.1}, dtype, device);
}

void run_elementwise(Cases& cases, Device device, DType dtype, std::int64_t n) {
  const double bytes = size_of_element(dtype) * static_cast<double>(n);
  const Tensor a = numbers({n}, 1, dtype, device), b = numbers({n}, 2, dtype, device);
  const auto run = [&](const char* name, double arrays, const std::function<void()>& work) {
    cases.run(named(name, dtype, std::to_string(n)), arrays * bytes, 0, work);
  };
  run("add", 3, [&] { a + b; });
  run("mul by a number", 2, [&] { a * 1.5; });
  run("exp", 2, [&] { exp(a); });
  run("sigmoid", 2, [&] { sigmoid(a); });
  run("pow", 3, [&] { pow(a, b); });
  run("sum", 1, [&] { sum(a); });
  run("max", 1, [&] { max(a); });
  if (n % 100 != 0) return;
  const Tensor m = a.reshape({n / 100, 100}), row = numbers({100}, 3, dtype, device);
  run("row sums", 1.01, [&] { sum(m, 1); });
  run("column sums", 1, [&] { sum(m, 0); });
  run("add a row", 2, [&] { m + row; });
}

void run_product(Cases& cases, Device device, DType dtype, std::int64_t n) {
  const auto size = static_cast<double>(n);
  const Tensor a = numbers({n, n}, 1, dtype, device), b = numbers({n, n}, 2, dtype, device);
  cases.run(named("matmul", dtype, std::to_string(n)), 3 * size_of_element(dtype) * size * size, 2 * size * size * size,
            [&] { matmul(a, b); });
}

// X is read twice, forward and backward.
void run_logistic_step(Cases& cases, Device device, DType dtype, std::int64_t rows) {
  const Tensor x = numbers({rows, 100}, 1, dtype, device);
  const Tensor y = cast(numbers({rows}, 2, dtype, device) > 1.1, dtype);
  const Tensor w = Tensor::zeros({100}, dtype).to(device).set_requires_grad();
  optim::Adam adam({w});
  cases.run(named("logistic Adam step", dtype, std::to_string(rows) + " x 100"),
            200 * size_of_element(dtype) * static_cast<double>(rows), 0, [&] {
              adam.clear_grad();
              const Tensor s = matmul(x, w);
              backward(mean(softplus(s) - y * s));
              adam.step();
            });
}

ordered_json run(const bench::Arguments& arguments) {
  const Device device = arguments.option("device", "cuda") == "cpu" ? Device::cpu() : Device::cuda(0);
  const std::int64_t largest = arguments.option("largest", 100'000'000);
  Cases cases(device, static_cast<int>(arguments.option("turns", 7)));
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const std::int64_t n : {1, 1'000'000, 10'000'000, 100'000'000})
      if (n <= largest) run_elementwise(cases, device, dtype, n);
    for (const std::int64_t n : {1000, 3000, 10'000})
      if (n * n <= largest) run_product(cases, device, dtype, n);
    for (const std::int64_t rows : {100'000, 1'000'000})
      if (rows * 100 <= largest) run_logistic_step(cases, device, dtype, rows);
  }
  return {{"program", "tensors"},
          {"library", "linden"},
          {"command", arguments.command()},
          {"device", device.name()},
          {"cases", cases.results()}};
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Arguments arguments(argc, argv, "[--device cpu|cuda] [--largest 100000000] [--turns 7] [--json FILE]");
  try {
    const ordered_json result = run(arguments);
    if (const std::string file = arguments.option("json", ""); !file.empty()) std::ofstream(file) << result.dump(1);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "linden_gpu_tensors: %s\n", error.what());
    return 1;
  }
}
